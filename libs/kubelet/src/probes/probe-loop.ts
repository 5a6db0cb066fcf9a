import type { Clock } from '@keelson/apimachinery';
import type { DeepReadonly, Probe } from '@keelson/api';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export type ProbeResult = { readonly outcome: 'success' } | { readonly outcome: 'failure'; readonly message: string };

export interface ProbeLoopOptions {
  readonly kind: ProbeKind;
  readonly probe: DeepReadonly<Probe>;
  readonly clock: Clock;
  readonly random: () => number;
  /** When the container started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Liveness and readiness wait for the startup probe. */
  readonly mayRun: () => boolean;
  /** One attempt; the loop bounds its time by `signal`. A rejection counts as a failure. */
  readonly attempt: (signal: AbortSignal) => Promise<ProbeResult>;
  /** The result has changed. */
  readonly onResult: () => void;
  /** A single attempt failed. */
  readonly onFailure: (message: string) => void;
}

/**
 * One probe of one container: attempts one after another, never two at once, and a result that changes only after
 * `successThreshold` or `failureThreshold` attempts alike. Liveness begins with success, readiness with failure, startup with unknown.
 */
export class ProbeLoop {
  readonly #options: ProbeLoopOptions;
  readonly #stopped = new AbortController();
  #result: 'success' | 'failure' | 'unknown';
  /** How many attempts in a row came to `last`. */
  #run = 0;
  #last: ProbeResult['outcome'] | undefined;
  #cancelTimer: () => void = () => undefined;

  constructor(options: ProbeLoopOptions) {
    this.#options = options;
    this.#result = ({ liveness: 'success', readiness: 'failure', startup: 'unknown' } as const)[options.kind];
  }

  get result(): 'success' | 'failure' | 'unknown' {
    return this.#result;
  }

  start(): void {
    const { probe, clock, random, startedAt } = this.#options;
    const initialDelay = startedAt + (probe.initialDelaySeconds ?? 0) * 1000 - clock.now();
    // Containers that a restarting kubelet adopts have run for long: their first probes are spread over one period.
    const isAdopted = clock.now() - startedAt > this.#period;
    this.#schedule(isAdopted ? random() * this.#period : Math.max(0, initialDelay));
  }

  stop(): void {
    this.#stopped.abort();
    this.#cancelTimer();
  }

  get #period(): number {
    return (this.#options.probe.periodSeconds ?? 10) * 1000;
  }

  #schedule(milliseconds: number): void {
    this.#cancelTimer = this.#options.clock.setTimeout(() => void this.#tick(), milliseconds);
  }

  async #tick(): Promise<void> {
    if (this.#options.mayRun()) await this.#attempt();
    if (this.#stopped.signal.aborted || this.#isDecided) return;
    this.#schedule(this.#period);
  }

  /** A startup probe has done its work with its first result; after a liveness failure the container is killed. */
  get #isDecided(): boolean {
    const { kind } = this.#options;
    return kind === 'startup' ? this.#result !== 'unknown' : kind === 'liveness' && this.#result === 'failure';
  }

  async #attempt(): Promise<void> {
    const { clock, probe, attempt } = this.#options;
    const timedOut = new AbortController();
    const cancel = clock.setTimeout(
      () => timedOut.abort(new Error(`timed out after ${probe.timeoutSeconds ?? 1}s`)),
      (probe.timeoutSeconds ?? 1) * 1000,
    );
    const signal = AbortSignal.any([this.#stopped.signal, timedOut.signal]);
    try {
      this.#record(await Promise.race([attempt(signal), rejectionOn(signal)]));
    } catch (error) {
      this.#record({ outcome: 'failure', message: error instanceof Error ? error.message : String(error) });
    } finally {
      cancel();
    }
  }

  #record(result: ProbeResult): void {
    if (this.#stopped.signal.aborted) return;
    const { probe, onResult, onFailure } = this.#options;
    if (result.outcome === 'failure') onFailure(result.message);
    this.#run = this.#last === result.outcome ? this.#run + 1 : 1;
    this.#last = result.outcome;
    const threshold = result.outcome === 'success' ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (this.#run < threshold || this.#result === result.outcome) return;
    this.#result = result.outcome;
    onResult();
  }
}

function rejectionOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
