import type { Clock } from '@keelson/apimachinery';

/**
 * Lets one loop wait to be woken. A call of {@link wake} while nobody waits is kept for the next wait, so no wake-up is lost;
 * many are one.
 */
export class WakeUp {
  #pending = false;
  /** Present while the loop waits. */
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  /** Resolves when woken, after `milliseconds`, or when `signal` aborts, whichever is first. */
  async wait(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.#pending && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          cancel();
          signal?.removeEventListener('abort', finish);
          resolve();
        };
        const cancel = clock.setTimeout(finish, milliseconds);
        signal?.addEventListener('abort', finish, { once: true });
        this.#resolve = finish;
      });
    }
    this.#resolve = undefined;
    this.#pending = false;
  }
}
