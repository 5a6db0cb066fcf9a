import { TransportError, type TransportRequest, type TransportResponse } from '@keelson/client';
import type { ApiRequest, ApiResponse, Handler } from './api-request';
import { BodyPipe } from './body-pipe';
import { toApiRequest, type Peer } from './incoming';
import { warningHeader } from './warning-header';

/** What a request of this process says of where it goes; nothing is looked up by it. */
const HOST = 'apiserver.in-process';

export interface InProcessExchangeOptions {
  readonly request: TransportRequest;
  readonly peer: Peer;
  readonly handler: Handler;
  /** Aborts when the client has gone, with all that it asked. */
  readonly gone: AbortSignal;
  /** Nothing is left to do: the answer is given, and its stream, if it is one, has ended. Called once. */
  readonly onEnd: () => void;
}

/**
 * One request from within this process and its answer: the same filters and the same bytes as over a connection, without one.
 * Invariant: signals are listened to until `onEnd` was called.
 */
export class InProcessExchange {
  readonly #options: InProcessExchangeOptions;
  readonly #abort = new AbortController();
  readonly #leave = (): void => this.cut();
  #reject: (error: TransportError) => void = () => undefined;
  #body: BodyPipe | undefined;
  #isOver = false;

  constructor(options: InProcessExchangeOptions) {
    this.#options = options;
  }

  /** Resolves with the answer, its body as it comes into being. To be called once. @throws TransportError if it is cut before */
  run(): Promise<TransportResponse> {
    const { gone, handler, request } = this.#options;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (gone.aborted || request.signal?.aborted === true) return this.cut();
      for (const signal of [gone, request.signal]) signal?.addEventListener('abort', this.#leave);
      const asked = this.#apiRequest();
      handler(asked)
        .then((answer) => this.#answer(answer, asked, resolve))
        .catch((error: unknown) => {
          reject(new TransportError(`${request.method} ${request.path}: no answer`, { cause: error }));
          this.#end();
        });
    });
  }

  /** Either side goes away: the handler hears of it, and so does who waits for the answer or reads it. */
  cut(): void {
    const { method, path } = this.#options.request;
    this.#reject(new TransportError(`${method} ${path}: aborted`));
    this.#body?.break(new TransportError(`${method} ${path}: the response broke off: aborted`));
    this.#abort.abort();
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { gone, onEnd, request } = this.#options;
    for (const signal of [gone, request.signal]) signal?.removeEventListener('abort', this.#leave);
    onEnd();
  }

  #apiRequest(): ApiRequest {
    const { peer, request } = this.#options;
    const { body, headers, method, path } = request;
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    return toApiRequest({
      method,
      url: path,
      headers: { host: HOST, ...headers, ...length },
      body: body ?? Buffer.alloc(0),
      peer,
      signal: this.#abort.signal,
    });
  }

  #answer(answer: ApiResponse, { warnings }: ApiRequest, resolve: (response: TransportResponse) => void): void {
    if ('upgraded' in answer) throw new Error('a request without a connection can not have upgraded it');
    if (this.#isOver) return;
    const warning = warnings.size === 0 ? {} : { warning: [...warnings].map(warningHeader).join(', ') };
    const body = new BodyPipe(() => this.cut());
    resolve({ status: answer.status, headers: { ...answer.headers, ...warning }, body });
    if ('stream' in answer) return this.#stream(answer.stream, body);
    for (const chunk of answer.body instanceof Uint8Array ? [answer.body] : answer.body) body.write(chunk);
    body.end();
    this.#end();
  }

  #stream(stream: (sink: BodyPipe) => Promise<void>, body: BodyPipe): void {
    const { method, path } = this.#options.request;
    this.#body = body;
    stream(body)
      .then(
        () => body.end(),
        (error: unknown) => body.break(new TransportError(`${method} ${path}: the response broke off`, { cause: error })),
      )
      .finally(() => this.#end());
  }
}
