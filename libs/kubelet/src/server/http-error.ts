/** What the server answers in place of a page: a status and one line of text. */
export class HttpError extends Error {
  readonly code = 'http-error';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** Anything else that was thrown is an internal error. */
  static from(error: unknown): HttpError {
    if (error instanceof HttpError) return error;
    return new HttpError(500, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
