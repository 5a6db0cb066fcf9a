import { podIsReady, podIsTerminal, type DeepReadonly, type Pod, type Service } from '@keelson/api';
import { LabelMatcher, objectKey, semanticEqual, type ObjectKey } from '@keelson/apimachinery';
import type { CacheEvent, Informer } from '@keelson/controller-runtime';

/** A service of so many pods is worked out anew as often as they change. */
const SMALL_SERVICE_PODS = 100;
/** What each pod of a larger one adds to the wait. 10,000 pods, which take about 50 ms to go through, are gone through once a second. */
const MILLISECONDS_PER_POD = 0.1;

/**
 * Which services a change of a pod concerns, and how long each may wait for further changes. All pods of a service are gone through each
 * time, so that without a wait a change of all of them would cost the square of their number; upstream has it from its client's rate limit.
 */
export class ServiceWakeups {
  readonly #services: Informer<Service>;
  /** In milliseconds. */
  readonly #batchPeriod: number;
  readonly #matchers = new WeakMap<DeepReadonly<Service>, LabelMatcher>();
  /** How many pods a service had when it was last looked at, where that is more than a few. */
  readonly #large = new Map<ObjectKey, number>();

  constructor(services: Informer<Service>, batchPeriod: number) {
    this.#services = services;
    this.#batchPeriod = batchPeriod;
  }

  /** The services whose endpoints the change may change (upstream: k8s.io/endpointslice/util `GetServicesToUpdateOnPodChange`). */
  concernedBy(event: CacheEvent<Pod>): ObjectKey[] {
    const now = this.#selecting(event.object);
    if (event.type !== 'update') return now;
    const { object, previous } = event;
    const isSelectedAsBefore = semanticEqual(object.metadata.labels, previous.metadata.labels);
    if (isSelectedAsBefore) return endpointChanged(object, previous) ? now : [];
    const before = this.#selecting(previous);
    if (endpointChanged(object, previous)) return [...new Set([...now, ...before])];
    return [...now.filter((key) => !before.includes(key)), ...before.filter((key) => !now.includes(key))];
  }

  /** In milliseconds. */
  delayOf(service: ObjectKey): number {
    return Math.max(this.#batchPeriod, (this.#large.get(service) ?? 0) * MILLISECONDS_PER_POD);
  }

  /** Takes note of how many pods a service has. */
  looked(service: ObjectKey, pods: number): void {
    if (pods > SMALL_SERVICE_PODS) this.#large.set(service, pods);
    else this.#large.delete(service);
  }

  forget(service: ObjectKey): void {
    this.#large.delete(service);
  }

  #selecting({ metadata }: DeepReadonly<Pod>): ObjectKey[] {
    return this.#services
      .list(metadata.namespace)
      .filter((service) => service.spec.selector !== undefined && this.#matcherOf(service).matches(metadata.labels ?? {}))
      .map((service) => objectKey(service.metadata));
  }

  #matcherOf(service: DeepReadonly<Service>): LabelMatcher {
    let matcher = this.#matchers.get(service);
    if (matcher === undefined) this.#matchers.set(service, (matcher = LabelMatcher.ofSet(service.spec.selector)));
    return matcher;
  }
}

/** Whether anything differs that an endpoint tells. The rest of one is the pod's name, and its node, which it has before it has an address. */
function endpointChanged(pod: DeepReadonly<Pod>, previous: DeepReadonly<Pod>): boolean {
  return (
    pod.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp ||
    pod.spec.hostname !== previous.spec.hostname ||
    pod.spec.subdomain !== previous.spec.subdomain ||
    pod.spec.nodeName !== previous.spec.nodeName ||
    podIsReady(pod) !== podIsReady(previous) ||
    podIsTerminal(pod) !== podIsTerminal(previous) ||
    pod.status?.podIP !== previous.status?.podIP ||
    !semanticEqual(pod.status?.podIPs, previous.status?.podIPs)
  );
}
