/**
 * Why a container could not be brought to run. `reason` and `message` are what its status shows as `waiting`; the worker tries again.
 */
export class StartProblem extends Error {
  readonly code = 'start-problem';
  /** One of upstream's words: `ErrImagePull`, `CreateContainerConfigError`, `CrashLoopBackOff`, ... */
  readonly reason: string;
  /** Milliseconds after which trying again may help; the worker's own pace if absent. */
  readonly retryAfter: number | undefined;

  constructor(reason: string, message: string, options: ErrorOptions & { readonly retryAfter?: number } = {}) {
    super(message, options);
    this.reason = reason;
    this.retryAfter = options.retryAfter;
  }
}
