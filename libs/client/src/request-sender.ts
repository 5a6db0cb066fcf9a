import { sleep, type Clock } from '@keelson/apimachinery';
import { readText } from './read-text';
import { responseError, retryAfterSeconds, type RequestSubject } from './response-error';
import type { TokenBucket } from './token-bucket';
import { isConnectionReset, type Transport, type TransportRequest, type TransportResponse } from './transport';

/** As client-go: after so many tries the last answer stands. */
const MAX_RETRIES = 10;

/** How long client-go waits before it repeats a read whose connection broke. */
const RESET_PAUSE_SECONDS = 1;

export interface RequestSenderDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly rateLimiter?: TokenBucket | undefined;
}

/**
 * Sends requests through the rate limiter, and again as long as the server asks for it (429 or 5xx with `Retry-After`: the request was
 * not acted on) or as the connection broke under a read.
 */
export class RequestSender {
  readonly #deps: RequestSenderDeps;

  constructor(deps: RequestSenderDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves with a response of a code below 400, its body not read yet. Watches pass `limited: false`, as in client-go.
   * @throws StatusError, TransportError
   */
  async send(request: TransportRequest, subject: RequestSubject, limited = true): Promise<TransportResponse> {
    for (let retries = 0; ; retries += 1) {
      if (limited) await this.#deps.rateLimiter?.take(request.signal);
      const outcome = await this.#attempt(request, subject);
      if (outcome.type === 'response') return outcome.response;
      if (outcome.retryAfter === undefined || retries >= MAX_RETRIES) throw outcome.error;
      await sleep(this.#deps.clock, outcome.retryAfter * 1000, request.signal);
      if (request.signal?.aborted === true) throw outcome.error;
    }
  }

  async #attempt(request: TransportRequest, subject: RequestSubject): Promise<Outcome> {
    try {
      const response = await this.#deps.transport.request(request);
      if (response.status < 400) return { type: 'response', response };
      const error = responseError(response, await readText(response.body), subject);
      const mayRetry = response.status === 429 || response.status >= 500;
      return { type: 'failure', error, retryAfter: mayRetry ? retryAfterSeconds(response.headers) : undefined };
    } catch (error) {
      const mayRetry = request.method === 'GET' && isConnectionReset(error);
      return { type: 'failure', error, retryAfter: mayRetry ? RESET_PAUSE_SECONDS : undefined };
    }
  }
}

type Outcome =
  | { readonly type: 'response'; readonly response: TransportResponse }
  /** `retryAfter` in seconds; absent if trying again is of no use or not safe. */
  | { readonly type: 'failure'; readonly error: unknown; readonly retryAfter: number | undefined };
