import { jobs, type DeepReadonly, type Job } from '@keelson/api';
import { parseObjectKey, parseTime, StatusError, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Controller, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';

export interface TtlAfterFinishedControllerDeps {
  readonly client: ApiClient;
  readonly jobs: Informer<Job>;
  readonly clock: Clock;
}

/**
 * Deletes finished jobs `spec.ttlSecondsAfterFinished` after they finished (pkg/controller/ttlafterfinished).
 * Level-triggered; before it deletes, it asks the server again, as the time to live may just have been lengthened.
 */
export class TtlAfterFinishedController implements Controller {
  readonly name = 'ttl-after-finished';
  readonly #deps: TtlAfterFinishedControllerDeps;

  constructor(deps: TtlAfterFinishedControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.jobs);
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const { client, clock } = this.#deps;
    const cached = this.#deps.jobs.get(key);
    const cachedLeft = cached === undefined ? undefined : timeLeft(cached, clock.now());
    if (cachedLeft === undefined || cachedLeft > 0) return again(cachedLeft);
    try {
      const job = await client.resource(jobs).get(parseObjectKey(key), { signal });
      const left = timeLeft(job, clock.now());
      if (left === undefined || left > 0) return again(left);
      const { uid, resourceVersion } = job.metadata;
      const preconditions = { uid, resourceVersion };
      await client.resource(jobs).delete(job.metadata, { propagationPolicy: 'Foreground', preconditions, signal });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    return undefined;
  }
}

/** Milliseconds a finished job has left, not above zero once it is due; undefined for a job that is not to be deleted. */
function timeLeft({ metadata, spec, status }: DeepReadonly<Job>, now: number): number | undefined {
  const ttl = spec.ttlSecondsAfterFinished;
  if (ttl === undefined || metadata.deletionTimestamp !== undefined) return undefined;
  const finished = status?.conditions?.find((each) => (each.type === 'Complete' || each.type === 'Failed') && each.status === 'True');
  const since = parseTime(finished?.lastTransitionTime ?? '');
  return since === undefined ? undefined : since + ttl * 1000 - now;
}

const again = (left: number | undefined): ReconcileAgain | undefined => (left === undefined ? undefined : { requeueAfter: left });
