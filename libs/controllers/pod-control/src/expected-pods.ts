import type { DeepReadonly, Pod } from '@keelson/api';
import { objectKey, StatusError, type Clock, type Draft, type KubernetesObject, type ObjectKey } from '@keelson/apimachinery';
import { Expectations } from '@keelson/controller-runtime';
import { PodControl, type PodControlDeps } from './pod-control';
import { asError, slowStart } from './slow-start';

export interface ExpectedPodsDeps extends PodControlDeps {
  readonly clock: Clock;
}

/**
 * Creates and deletes pods, many at once, and remembers per owner which of these writes the cache has not shown yet.
 * Invariant: every write that failed, or that the cache will never show, is taken off what is expected again.
 */
export class ExpectedPods {
  /** To be given to `Watches.owned`, which books what the cache shows. */
  readonly expectations: Expectations;
  readonly #control: PodControl;

  constructor(deps: ExpectedPodsDeps) {
    this.expectations = new Expectations(deps.clock);
    this.#control = new PodControl(deps);
  }

  /** Whether the cache has shown all that was written for the owner. */
  seen(owner: ObjectKey): boolean {
    return this.expectations.fulfilled(owner);
  }

  forget(owner: ObjectKey): void {
    this.expectations.forget(owner);
  }

  /** Creates pods from the drafts, few at first; in a namespace that is being deleted, that none can be made is no error. */
  async create(
    owner: DeepReadonly<KubernetesObject>,
    drafts: readonly Draft<Pod>[],
    signal: AbortSignal,
  ): Promise<{ readonly created: number; readonly error: Error | undefined }> {
    const key = objectKey(owner.metadata);
    const queue = drafts.values();
    this.expectations.expectCreations(key, drafts.length);
    const { succeeded, error } = await slowStart(drafts.length, async () => {
      const { value } = queue.next();
      if (value !== undefined) await this.#control.create(owner, value, signal);
    });
    for (let failed = succeeded; failed < drafts.length; failed += 1) this.expectations.creationSeen(key);
    return { created: succeeded, error: StatusError.hasCause(error, 'NamespaceTerminating') ? undefined : error };
  }

  /** @returns the pods that were deleted or gone already, and the first error of another kind */
  async delete(
    owner: DeepReadonly<KubernetesObject>,
    doomed: readonly DeepReadonly<Pod>[],
    signal: AbortSignal,
  ): Promise<{ readonly deleted: readonly DeepReadonly<Pod>[]; readonly error: Error | undefined }> {
    const key = objectKey(owner.metadata);
    this.expectations.expectDeletions(
      key,
      doomed.map(({ metadata }) => metadata.uid),
    );
    const { done, error } = await forEachPod(doomed, async (pod) => {
      try {
        await this.#control.delete(owner, pod, signal);
      } catch (failure) {
        this.expectations.deletionSeen(key, pod.metadata.uid);
        throw failure;
      }
    });
    return { deleted: done, error };
  }
}

/** Acts on all pods at once. @returns those it worked for or that are gone, and the first error of another kind */
export async function forEachPod(
  pods: readonly DeepReadonly<Pod>[],
  act: (pod: DeepReadonly<Pod>) => Promise<void>,
): Promise<{ readonly done: readonly DeepReadonly<Pod>[]; readonly error: Error | undefined }> {
  const results = await Promise.allSettled(pods.map(act));
  const reasons: unknown[] = results.map((result) =>
    result.status === 'fulfilled' || StatusError.is(result.reason, 'NotFound') ? undefined : (result.reason as unknown),
  );
  const failure = reasons.find((reason) => reason !== undefined);
  return { done: pods.filter((_, i) => reasons[i] === undefined), error: failure === undefined ? undefined : asError(failure) };
}
