import type { DeepReadonly, Pod, Service } from '@keelson/api';
import { findCondition, type ObjectKey } from '@keelson/apimachinery';

export const TRIGGER_TIME_ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Remembers when the pods of each service last changed their readiness, to tell how long a change takes to reach the endpoints
 * (SLI "network programming latency"). Two changes of one pod between two looks count as the later one.
 */
export class TriggerTimes {
  /** RFC 3339 in whole seconds, UTC, so that they compare as text; by pod. */
  readonly #seen = new Map<ObjectKey, ReadonlyMap<string, string>>();

  /** The earliest change since the last look; the service's creation at the first; undefined if nothing changed. RFC 3339. */
  look(key: ObjectKey, service: DeepReadonly<Service>, pods: readonly DeepReadonly<Pod>[]): string | undefined {
    const before = this.#seen.get(key);
    const times = new Map(
      pods.flatMap(({ metadata, status }) => {
        const time = findCondition(status?.conditions, 'Ready')?.lastTransitionTime;
        return time === undefined ? [] : [[metadata.name, time] as const];
      }),
    );
    this.#seen.set(key, times);
    if (before === undefined) return service.metadata.creationTimestamp;
    return [...times].flatMap(([pod, time]) => (time > (before.get(pod) ?? '') ? [time] : [])).sort()[0];
  }

  forget(key: ObjectKey): void {
    this.#seen.delete(key);
  }
}

/** @param time when what caused this write happened, RFC 3339; undefined takes the annotation away */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Record<string, string> {
  const others = Object.entries(annotations ?? {}).filter(([name]) => name !== TRIGGER_TIME_ANNOTATION);
  return { ...Object.fromEntries(others), ...(time === undefined ? {} : { [TRIGGER_TIME_ANNOTATION]: time }) };
}
