import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { Query } from '../message/parse-query';
import { HEADER_BYTES, lowerCase } from '../message/protocol';
import { rcodeOf, type Protocol } from '../message/write-response';
import type { DnsMetrics } from '../dns-metrics';
import { addressedTo, ResponseCache } from './response-cache';
import { UpstreamError, type Exchange } from './upstream';

/** How long one server is waited for, milliseconds, and all together; CoreDNS's. */
const SERVER_TIMEOUT = 2_000;
const TOTAL_TIMEOUT = 5_000;

/** A server that has failed is asked last for so long, milliseconds. */
const FAILED_FOR = 10_000;

/** The most questions on their way at once; the standard Corefile's `max_concurrent 1000`. */
const MAX_IN_FLIGHT = 1000;

export interface ForwarderOptions {
  /** The servers to ask, in order, as they are now. */
  readonly servers: () => readonly string[];
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** Uniform in [0, 1), and hard to guess: it makes the numbers of messages. */
  readonly random: () => number;
  readonly log: Logger;
  readonly metrics: DnsMetrics;
}

/** Passes questions on to other servers, one after the other until one answers, and keeps the answers for a while. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #cache: ResponseCache;
  /** When a server last failed, on the monotonic clock. */
  readonly #failedAt = new Map<string, number>();
  #inFlight = 0;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#cache = new ResponseCache(options.clock);
  }

  /** @returns the response, addressed to `query` @throws UpstreamError if nobody answers in time, or too many questions are on their way */
  async forward(query: Query, protocol: Protocol): Promise<Buffer> {
    const { metrics } = this.#options;
    const kept = this.#cache.get(query, protocol);
    metrics.cacheLookup(kept !== undefined);
    if (kept !== undefined) return kept;
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      metrics.forwardRejected();
      throw new UpstreamError(`${MAX_IN_FLIGHT} questions wait for other servers already`);
    }
    this.#inFlight += 1;
    try {
      const response = await this.#askAll(query, protocol);
      this.#cache.put(query, Buffer.from(response));
      metrics.cacheSize(this.#cache.size);
      return addressedTo(query, response);
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #askAll(query: Query, protocol: Protocol): Promise<Buffer> {
    const { clock, log } = this.#options;
    const end = clock.monotonic() + TOTAL_TIMEOUT;
    let cause: unknown;
    for (const server of this.#inOrder()) {
      const left = end - clock.monotonic();
      if (left <= 0) break;
      try {
        return await this.#ask(query, { server, protocol, timeout: Math.min(left, SERVER_TIMEOUT) });
      } catch (error) {
        cause = error;
        this.#failedAt.set(server, clock.monotonic());
        log.v(2, 'A server did not answer', { server, error });
      }
    }
    throw new UpstreamError(cause === undefined ? 'there is no server to ask' : 'no server has answered', { cause });
  }

  async #ask(query: Query, { server, protocol, timeout }: { server: string; protocol: Protocol; timeout: number }): Promise<Buffer> {
    const { clock, exchange, metrics, random } = this.#options;
    const message = Buffer.from(query.message);
    message.writeUInt16BE(Math.floor(random() * 0x1_0000), 0);
    const late = new AbortController();
    const cancel = clock.setTimeout(() => late.abort(), timeout);
    const started = clock.monotonic();
    try {
      const response = await exchange(message, { server, protocol, signal: late.signal });
      if (!isAnswerTo(message, query, response)) throw new UpstreamError(`${server} answered another question`);
      this.#failedAt.delete(server);
      metrics.upstreamAnswered({ server, rcode: rcodeOf(response), milliseconds: clock.monotonic() - started });
      return response;
    } finally {
      cancel();
    }
  }

  /** As configured, but those that failed of late after the others. */
  #inOrder(): readonly string[] {
    const { clock, servers } = this.#options;
    const now = clock.monotonic();
    const hasFailed = (server: string): boolean => now - (this.#failedAt.get(server) ?? -Infinity) < FAILED_FOR;
    const all = servers();
    return [...all.filter((server) => !hasFailed(server)), ...all.filter(hasFailed)];
  }
}

/** Whether the number and the question are the same, as a forged answer's would be only by chance. */
function isAnswerTo(message: Buffer, { questionEnd }: Query, response: Buffer): boolean {
  if (response.length < questionEnd || (response.readUInt16BE(2) & 0x8000) === 0) return false;
  const question = (of: Buffer): string => lowerCase(of.toString('latin1', HEADER_BYTES, questionEnd));
  return response.readUInt16BE(0) === message.readUInt16BE(0) && response.readUInt16BE(4) === 1 && question(response) === question(message);
}
