import { MessageReader, type RawRecord } from '../message/message-reader';
import { HEADER_BYTES, RCODE, TYPE } from '../message/protocol';
import { isTruncated, rcodeOf } from '../message/write-response';

/** The most seconds that an answer is kept, whatever it allows; the standard Corefile's `cache 30`. */
const MAX_TTL = 30;

/** How long `response` may be kept, seconds; 0 for not at all. @throws MessageError if it is malformed */
export function cacheableSeconds(response: Buffer): number {
  const rcode = rcodeOf(response);
  if (isTruncated(response) || (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN)) return 0;
  const { answers, authorities } = records(response);
  const isPositive = rcode === RCODE.NOERROR && answers.length > 0;
  const limits = isPositive
    ? answers.map(({ ttl }) => ttl)
    : authorities.filter(({ type }) => type === TYPE.SOA).map((soa) => negativeTtl(response, soa));
  return limits.length === 0 ? 0 : Math.min(MAX_TTL, ...limits);
}

/** Makes of a kept response one that was kept for `seconds`, in place. */
export function ageBy(response: Buffer, seconds: number): void {
  const { answers, authorities, additionals } = records(response);
  for (const { type, ttl, ttlOffset } of [...answers, ...authorities, ...additionals])
    if (type !== TYPE.OPT) response.writeUInt32BE(Math.max(0, ttl - seconds), ttlOffset);
}

/** How long it is known that there is nothing (RFC 2308): the SOA's own TTL, or its last field if that is less. */
const negativeTtl = (response: Buffer, { ttl, end }: RawRecord): number => Math.min(ttl, response.readUInt32BE(end - 4));

interface Sections {
  readonly answers: readonly RawRecord[];
  readonly authorities: readonly RawRecord[];
  readonly additionals: readonly RawRecord[];
}

/** @throws MessageError if the message is malformed */
export function records(message: Buffer): Sections {
  const reader = new MessageReader(message, 4);
  const [questions, ...counts] = [reader.word(), reader.word(), reader.word(), reader.word()] as const;
  reader.offset = HEADER_BYTES;
  for (let question = 0; question < questions; question += 1) {
    reader.name();
    reader.offset += 4;
  }
  const [answers, authorities, additionals] = counts.map((count) => Array.from({ length: count }, () => reader.record()));
  return { answers: answers ?? [], authorities: authorities ?? [], additionals: additionals ?? [] };
}
