import { MessageWriter } from './message-writer';
import type { Query } from './parse-query';
import { FLAG, HEADER_BYTES, MAX_TCP_BYTES, MAX_UDP_BYTES, MIN_UDP_BYTES, RCODE, type Rcode, type ResourceRecord } from './protocol';

export interface Answer {
  readonly rcode: Rcode;
  /** Whether it is this server's own word. */
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities?: readonly ResourceRecord[];
  readonly additionals?: readonly ResourceRecord[];
}

export type Protocol = 'udp' | 'tcp';

/** How many bytes a response to `query` may have. */
export function responseLimit({ edns }: Pick<Query, 'edns'>, protocol: Protocol): number {
  if (protocol === 'tcp') return MAX_TCP_BYTES;
  return Math.min(MAX_UDP_BYTES, Math.max(MIN_UDP_BYTES, edns?.udpBytes ?? 0));
}

/** The message that tells a client `answer`. Answers that don't fit are left out and it is marked as truncated, so that the client asks again over TCP. */
export function writeResponse(query: Query, answer: Answer, protocol: Protocol): Buffer {
  const writer = new MessageWriter(responseLimit(query, protocol) - (query.edns === undefined ? 0 : MessageWriter.OPT_BYTES));
  writer.begin(query.message.subarray(0, query.questionEnd));
  const answers = writer.records(answer.answers);
  const isWhole = answers === answer.answers.length;
  const authorities = isWhole ? writer.records(answer.authorities ?? []) : 0;
  const additionals = isWhole ? writer.records(answer.additionals ?? []) : 0;
  if (query.edns !== undefined) writer.opt({ rcode: answer.rcode, dnssecOk: query.edns.dnssecOk, udpBytes: MAX_UDP_BYTES });
  writer.header({
    flags: responseFlags(query) | (answer.authoritative ? FLAG.AUTHORITATIVE : 0) | (isWhole ? 0 : FLAG.TRUNCATED) | (answer.rcode & 0xf),
    counts: [1, answers, authorities, additionals + (query.edns === undefined ? 0 : 1)],
  });
  return writer.bytes();
}

const responseFlags = (query: Pick<Query, 'recursionDesired' | 'checkingDisabled'>): number =>
  FLAG.RESPONSE |
  FLAG.RECURSION_AVAILABLE |
  (query.recursionDesired ? FLAG.RECURSION_DESIRED : 0) |
  (query.checkingDisabled ? FLAG.CHECKING_DISABLED : 0);

/** The message that says only that something went wrong: to a query, or to bytes that are none, of which the header alone is known. */
export function errorResponse(query: Query | Buffer, rcode: Rcode): Buffer {
  if (!Buffer.isBuffer(query)) return writeResponse(query, { rcode, authoritative: false, answers: [] }, 'udp');
  const response = Buffer.alloc(HEADER_BYTES);
  query.copy(response, 0, 0, 4);
  response.writeUInt16BE((query.readUInt16BE(2) & 0x7900) | FLAG.RESPONSE | rcode, 2);
  return response;
}

/** @returns whether `response` has been cut to fit */
export const isTruncated = (response: Buffer): boolean => (response.readUInt16BE(2) & FLAG.TRUNCATED) !== 0;

export function rcodeOf(response: Buffer): number {
  return response.readUInt16BE(2) & 0xf;
}

export const RCODE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(RCODE).map(([name, code]) => [code, name]));
