import type { EndpointSlice } from '@keelson/api';
import { parseTime, type DeepReadonly } from '@keelson/apimachinery';
import type { CacheEvent } from '@keelson/controller-runtime';

const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Keeps the times of changes of pods and Services that the rules don't follow yet, as the endpoint slice controller noted them
 * (SLI of network programming latency). What happened before the start counts for nothing.
 */
export class ProgrammingLatency {
  readonly #since: number;
  #pending: number[] = [];

  /** @param since milliseconds since the epoch */
  constructor(since: number) {
    this.#since = since;
  }

  note(event: CacheEvent<EndpointSlice>): void {
    if (event.type === 'delete') return;
    const text = triggerTime(event.object);
    if (text === undefined || (event.type === 'update' && triggerTime(event.previous) === text)) return;
    const time = parseTime(text);
    if (time !== undefined && time >= this.#since) this.#pending.push(time);
  }

  /** The times noted so far; they are then forgotten. */
  take(): readonly number[] {
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }
}

function triggerTime({ metadata }: DeepReadonly<EndpointSlice>): string | undefined {
  return metadata.annotations?.[TRIGGER_TIME];
}
