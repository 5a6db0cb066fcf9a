import { StatusError, type Clock } from '@keelson/apimachinery';
import type { DeepReadonly, Secret } from '@keelson/api';
import type { ContainerRuntime, Image, RegistryCredentials } from '@keelson/container-runtime';
import type { ObjectSource } from '../objects/object-source';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import type { PodEvents } from '../pod-worker/pod-events';
import { RestartBackoff } from '../pod-worker/restart-backoff';
import { StartProblem } from '../pod-worker/start-problem';
import { isLatest, parseImageReference, type ImageReference } from './image-reference';
import { credentialsFor } from './registry-credentials';

export interface ImageManagerDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly objects: ObjectSource;
  readonly events: PodEvents;
  /** Aborts the pulls when the kubelet ends. */
  readonly signal: AbortSignal;
  /** `--serialize-image-pulls` off: how many at once. */
  readonly maxParallelPulls: number;
}

/**
 * Sees to it that a container's image is there, by its pull policy. A failed pull backs off, per pod and image;
 * not more than `maxParallelPulls` run at once.
 */
export class ImageManager {
  readonly #deps: ImageManagerDeps;
  readonly #backoff: RestartBackoff;
  /** When and how the last pull failed, by the keys of the back-off. */
  readonly #failures = new Map<string, { readonly at: number; readonly why: string }>();
  /** Free places; the callbacks of those who wait for one, in their order. */
  #places: number;
  readonly #waiting: (() => void)[] = [];

  constructor(deps: ImageManagerDeps) {
    this.#deps = deps;
    this.#backoff = new RestartBackoff(deps.clock);
    this.#places = deps.maxParallelPulls;
  }

  /** @throws StartProblem InvalidImageName, ErrImageNeverPull, ErrImagePull, ImagePullBackOff */
  async ensure(pod: ReadonlyPod, container: ReadonlyContainer): Promise<Image> {
    const name = container.image ?? '';
    const reference = parseImageReference(name);
    if (reference === undefined) throw this.#invalidName(pod, container);
    const policy = container.imagePullPolicy ?? (isLatest(reference) ? 'Always' : 'IfNotPresent');
    const present = policy === 'Always' ? undefined : await this.#deps.runtime.image(name);
    if (present !== undefined) {
      this.#deps.events.normal(
        pod,
        'Pulled',
        `Container image "${name}" already present on machine${policy === 'Never' ? '' : ' and can be accessed by the pod'}`,
        container.name,
      );
      return present;
    }
    if (policy === 'Never') throw this.#neverPulled(pod, container);
    return this.#pull(pod, container, reference);
  }

  /** A pod's failures no longer count. */
  forget(podUid: string): void {
    this.#backoff.forget(`${podUid}_`);
    for (const key of this.#failures.keys()) if (key.startsWith(`${podUid}_`)) this.#failures.delete(key);
  }

  async #pull(pod: ReadonlyPod, container: ReadonlyContainer, reference: ImageReference): Promise<Image> {
    const { events, clock, runtime } = this.#deps;
    const name = container.image ?? '';
    const key = `${pod.metadata.uid}_${name}`;
    const wait = this.#untilRetry(key);
    if (wait > 0) throw this.#backedOff(pod, container, { wait, why: this.#failures.get(key)?.why });
    events.normal(pod, 'Pulling', `Pulling image "${name}"`, container.name);
    const asked = clock.monotonic();
    try {
      const took = await this.#takingTurns(() => this.#pullWithCredentials(pod, name, reference));
      const image = await runtime.image(name);
      if (image === undefined) throw new Error(`the image is not there after it was pulled`);
      const times = `in ${seconds(took)} (${seconds(clock.monotonic() - asked)} including waiting)`;
      events.normal(pod, 'Pulled', `Successfully pulled image "${name}" ${times}. Image size: ${image.sizeBytes} bytes.`, container.name);
      this.#failures.delete(key);
      return image;
    } catch (error) {
      this.#backoff.next(key, clock.now());
      const problem = this.#pullFailed(pod, container, error);
      this.#failures.set(key, { at: clock.now(), why: `${problem.reason}: ${problem.message}` });
      throw problem;
    }
  }

  #untilRetry(key: string): number {
    const failure = this.#failures.get(key);
    return failure === undefined ? 0 : this.#backoff.remaining(key, failure.at);
  }

  /** Tries each of the pod's credentials that fit the image, or none if there are none, and fails as the last one failed. */
  async #pullWithCredentials(pod: ReadonlyPod, name: string, reference: ImageReference): Promise<void> {
    const fitting = credentialsFor(reference, await this.#pullSecrets(pod));
    const attempts: (RegistryCredentials | undefined)[] = fitting.length === 0 ? [undefined] : fitting;
    let failure: unknown;
    for (const credentials of attempts) {
      try {
        await this.#deps.runtime.pullImage(name, credentials, this.#deps.signal);
        return;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #pullSecrets(pod: ReadonlyPod): Promise<DeepReadonly<Secret>[]> {
    const secrets: DeepReadonly<Secret>[] = [];
    for (const { name = '' } of pod.spec.imagePullSecrets ?? []) {
      try {
        secrets.push(await this.#deps.objects.secret(namespaceOf(pod), name));
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
        const message = `Unable to retrieve some image pull secrets (${name}); attempting to pull the image may not succeed.`;
        this.#deps.events.warning(pod, 'FailedToRetrieveImagePullSecret', message);
      }
    }
    return secrets;
  }

  /** @returns how many milliseconds the pull took, once it was its turn */
  async #takingTurns(pull: () => Promise<void>): Promise<number> {
    const { clock } = this.#deps;
    if (this.#places === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#places -= 1;
    const began = clock.monotonic();
    try {
      await pull();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#places += 1;
      else next();
    }
    return clock.monotonic() - began;
  }

  #invalidName(pod: ReadonlyPod, container: ReadonlyContainer): StartProblem {
    const message = `Failed to apply default image tag "${container.image ?? ''}": couldn't parse image name "${container.image ?? ''}": invalid reference format`;
    this.#deps.events.warning(pod, 'InspectFailed', message, container.name);
    return this.#problem(pod, container, new StartProblem('InvalidImageName', message));
  }

  #neverPulled(pod: ReadonlyPod, container: ReadonlyContainer): StartProblem {
    const message = `Container image "${container.image ?? ''}" is not present with pull policy of Never`;
    this.#deps.events.warning(pod, 'ErrImageNeverPull', message, container.name);
    return this.#problem(pod, container, new StartProblem('ErrImageNeverPull', message));
  }

  #backedOff(
    pod: ReadonlyPod,
    container: ReadonlyContainer,
    { wait, why }: { readonly wait: number; readonly why: string | undefined },
  ): StartProblem {
    const message = `Back-off pulling image "${container.image ?? ''}"`;
    this.#deps.events.normal(pod, 'BackOff', message, container.name);
    const explained = why === undefined ? message : `${message}: ${why}`;
    return this.#problem(pod, container, new StartProblem('ImagePullBackOff', explained, { retryAfter: wait }));
  }

  #pullFailed(pod: ReadonlyPod, container: ReadonlyContainer, cause: unknown): StartProblem {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#deps.events.warning(pod, 'Failed', `Failed to pull image "${container.image ?? ''}": ${why}`, container.name);
    return this.#problem(pod, container, new StartProblem('ErrImagePull', why, { cause }));
  }

  /** Whatever it is, the container could not be made for it: that is an event of its own. */
  #problem(pod: ReadonlyPod, container: ReadonlyContainer, problem: StartProblem): StartProblem {
    this.#deps.events.warning(pod, 'Failed', `Error: ${problem.reason}`, container.name);
    return problem;
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(3).replace(/\.?0+$/, '')}s`;
