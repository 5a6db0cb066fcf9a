import { jobs, pods, type Job, type JobSpec, type Pod } from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import type { Informer } from '@keelson/controller-runtime';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { JobController } from '../job-controller';

export const START = '2026-01-01T00:00:00Z';
export const labels = { 'batch.kubernetes.io/job-name': 'j' };

const job = (spec: Partial<JobSpec>): Draft<Job> => ({
  metadata: { name: 'j', namespace: 'ns' },
  spec: {
    parallelism: 2,
    completions: 2,
    backoffLimit: 6,
    selector: { matchLabels: labels },
    template: { metadata: { labels } as never, spec: { containers: [{ name: 'c' }], restartPolicy: 'Never' } },
    ...spec,
  },
});

/** An informer that shows of an owner what stands still while `stale` says so. */
const frozen = (informer: Informer<Pod>, stale: () => readonly Pod[] | undefined): Informer<Pod> =>
  new Proxy(informer, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return property === 'byOwner' && stale() !== undefined ? stale : (value.bind(target) as unknown);
    },
  });

/** A Job named `ns/j` with its controller, and hands to drive them. */
export async function givenJob(spec: Partial<JobSpec> = {}) {
  const clock = new FakeClock(START);
  const api = new FakeApi({ clock });
  api.add(jobs, job(spec));
  const start = () =>
    testController({ api, clock }, ({ client, informer, recorder }) => {
      return new JobController({ client, jobs: informer(jobs), pods: frozen(informer(pods), () => stale), recorder, clock });
    });
  let stale: readonly Pod[] | undefined;
  /** Lets the controller see the pods as they are now, until called again with false. */
  const freeze = (on = true) => (stale = on ? api.all(pods) : undefined);
  const end = (pod: Pod | undefined, phase: string, exitCode = phase === 'Failed' ? 1 : 0) => {
    if (pod === undefined) throw new Error('there is no such pod');
    const finishedAt = new Date(clock.now()).toISOString();
    const containerStatuses = [{ name: 'c', state: { terminated: { exitCode, finishedAt } } }] as never;
    api.change(pods, pod.metadata, (each) => Object.assign(each, { status: { phase, containerStatuses } }));
  };
  const all = () => api.all(pods);
  const running = () => all().filter(({ status }) => status === undefined);
  const indexOf = ({ metadata }: Pod) => metadata.annotations?.['batch.kubernetes.io/job-completion-index'];
  const ofIndex = (index: string) => running().find((pod) => indexOf(pod) === index);
  const status = () => api.all(jobs)[0]?.status;
  const change = (to: Partial<JobSpec>) => api.change(jobs, { namespace: 'ns', name: 'j' }, ({ spec: of }) => Object.assign(of, to));
  const conditions = () => (status()?.conditions ?? []).map(({ type, reason, status: is }) => `${type}=${is} ${reason ?? ''}`);
  return { indexOf, ofIndex, clock, api, start, freeze, end, all, running, status, change, conditions, run: await start() };
}
