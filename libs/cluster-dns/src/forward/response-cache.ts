import type { Clock } from '@keelson/apimachinery';
import { HEADER_BYTES, lowerCase } from '../message/protocol';
import type { Query } from '../message/parse-query';
import { responseLimit, type Protocol } from '../message/write-response';
import { ageBy, cacheableSeconds } from './response-ttl';

interface Entry {
  readonly response: Buffer;
  /** On the monotonic clock. */
  readonly storedAt: number;
  readonly expiresAt: number;
}

/** CoreDNS's default capacity. */
const CAPACITY = 9984;

/**
 * Other servers' answers, for as long as they allow and half a minute at most.
 * Invariant: the map's order is that of the last use, and it never holds more than {@link CAPACITY}.
 */
export class ResponseCache {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The response to `query`, if there is one that is fresh and small enough for this client. */
  get(query: Query, protocol: Protocol): Buffer | undefined {
    const key = keyOf(query);
    const entry = this.#entries.get(key);
    const now = this.#clock.monotonic();
    if (entry === undefined || entry.response.length > responseLimit(query, protocol)) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= now) return undefined;
    this.#entries.set(key, entry);
    const response = Buffer.from(entry.response);
    ageBy(response, Math.floor((now - entry.storedAt) / 1000));
    return addressedTo(query, response);
  }

  /** Keeps `response` if that is allowed. @throws MessageError if it is malformed */
  put(query: Query, response: Buffer): void {
    const seconds = cacheableSeconds(response);
    if (seconds === 0) return;
    const storedAt = this.#clock.monotonic();
    this.#entries.set(keyOf(query), { response, storedAt, expiresAt: storedAt + 1000 * seconds });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > CAPACITY && oldest !== undefined) this.#entries.delete(oldest);
  }
}

/** Gives `response` the number of `query`, and the question in the client's own spelling. Their questions must be as long. */
export function addressedTo(query: Query, response: Buffer): Buffer {
  response.writeUInt16BE(query.id, 0);
  query.message.copy(response, HEADER_BYTES, HEADER_BYTES, query.questionEnd);
  return response;
}

/** All that an answer may depend on. */
function keyOf({ message, questionEnd, edns, recursionDesired, checkingDisabled }: Query): string {
  const question = lowerCase(message.toString('latin1', HEADER_BYTES, questionEnd - 4));
  const typeAndClass = message.toString('latin1', questionEnd - 4, questionEnd);
  const flags = [recursionDesired, checkingDisabled, edns !== undefined, edns?.dnssecOk === true].map(Number).join('');
  return `${flags}${typeAndClass}${question}`;
}
