import { MessageError } from './message-error';
import { MessageReader, type RawRecord } from './message-reader';
import { errorResponse } from './write-response';
import { FLAG, HEADER_BYTES, RCODE, TYPE, type Name } from './protocol';

export interface Edns {
  /** The largest UDP message that the client takes, bytes, as it says. */
  readonly udpBytes: number;
  readonly dnssecOk: boolean;
}

/** One question from a client. */
export interface Query {
  readonly id: number;
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  /** Undefined for a client that does not speak EDNS (RFC 6891). */
  readonly edns: Edns | undefined;
  /** The whole message as it came. */
  readonly message: Buffer;
  /** Where the question, which begins after the header, ends in it. */
  readonly questionEnd: number;
}

export type ParsedQuery =
  | { readonly type: 'query'; readonly query: Query }
  /** What is wrong with it is told to the client. */
  | { readonly type: 'refused'; readonly response: Buffer }
  /** Not a query at all: to answer it could start two servers answering each other. */
  | { readonly type: 'ignored' };

const QUERY_OPCODE = 0;

/** Reads what a client sent. Never throws. */
export function parseQuery(message: Buffer): ParsedQuery {
  if (message.length < HEADER_BYTES) return { type: 'ignored' };
  const flags = message.readUInt16BE(2);
  if ((flags & FLAG.RESPONSE) !== 0) return { type: 'ignored' };
  if (((flags >> 11) & 0xf) !== QUERY_OPCODE) return { type: 'refused', response: errorResponse(message, RCODE.NOTIMP) };
  try {
    return read(message, flags);
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return { type: 'refused', response: errorResponse(message, RCODE.FORMERR) };
  }
}

function read(message: Buffer, flags: number): ParsedQuery {
  const reader = new MessageReader(message, 4);
  const [questions, answers, authorities, additionals] = [reader.word(), reader.word(), reader.word(), reader.word()];
  if (questions !== 1) throw new MessageError(`a query has one question: this has ${questions}`);
  const name = reader.name();
  const isPlain = reader.offset === HEADER_BYTES + name.reduce((size, label) => size + label.length + 1, 1);
  if (!isPlain) throw new MessageError('the name of a question points elsewhere, where there is nothing to point to');
  const [type, questionClass] = [reader.word(), reader.word()];
  const questionEnd = reader.offset;
  const rest = Array.from({ length: answers + authorities + additionals }, () => reader.record());
  const options = rest.filter((record) => record.type === TYPE.OPT);
  if (options.length > 1) throw new MessageError(`a query has at most one OPT record: this has ${options.length}`);
  const [option] = options;
  const query: Query = {
    id: message.readUInt16BE(0),
    name,
    type,
    class: questionClass,
    recursionDesired: (flags & FLAG.RECURSION_DESIRED) !== 0,
    checkingDisabled: (flags & FLAG.CHECKING_DISABLED) !== 0,
    edns: option === undefined ? undefined : ednsOf(option),
    message,
    questionEnd,
  };
  const version = option === undefined ? 0 : (option.ttl >>> 16) & 0xff;
  return version === 0 ? { type: 'query', query } : { type: 'refused', response: errorResponse(query, RCODE.BADVERS) };
}

/** An OPT record holds the size in its class, and version and flags in its TTL. */
const ednsOf = (option: RawRecord): Edns => ({ udpBytes: option.class, dnssecOk: (option.ttl & 0x8000) !== 0 });
