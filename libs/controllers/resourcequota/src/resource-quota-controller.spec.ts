import { configmaps, pods, resourcequotas, services, type PodSpec, type ResourceQuotaSpec } from '@keelson/api';
import { FakeClock, type Resource } from '@keelson/apimachinery';
import type { RawRequest } from '@keelson/client';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { ResourceQuotaController } from './resource-quota-controller';

const WIDGETS: Resource = { group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true };
const verbs = ['create', 'delete', 'list', 'watch'];
const served = (resources: readonly Resource[]) => ({
  resources: resources.map(({ resource: name, kind, namespaced }) => ({ name, kind, namespaced, verbs })),
});

class DiscoveringApi extends FakeApi {
  widgetsAreServed = false;
  discoveryFails = false;

  override raw<R>({ path }: RawRequest = { path: '' }): Promise<R> {
    if (this.discoveryFails) return Promise.reject(new Error('connection refused'));
    const version = { groupVersion: 'example.com/v1', version: 'v1' };
    const answers: Record<string, unknown> = {
      '/apis': { groups: this.widgetsAreServed ? [{ name: 'example.com', versions: [version] }] : [] },
      '/api/v1': served([configmaps, pods, services]),
      '/apis/example.com/v1': served([WIDGETS]),
    };
    return Promise.resolve(answers[path] as R);
  }
}

const named = (name: string) => ({ metadata: { namespace: 'ns', name } });
const podOf = (name: string, cpu: string, spec: Partial<PodSpec> = {}) => ({
  ...named(name),
  spec: { containers: [{ name: 'app', image: 'i', resources: { requests: { cpu } } }], ...spec },
});

async function given({ syncPeriod = 300_000 }: { syncPeriod?: number } = {}) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new DiscoveringApi({ clock });
  const run = await testController({ api, clock }, ({ client, informer }) => {
    return new ResourceQuotaController({ client, quotas: informer(resourcequotas), informer, clock, syncPeriod });
  });
  const addQuota = (spec: ResourceQuotaSpec, used?: Record<string, string>) =>
    api.add(resourcequotas, { ...named('q'), spec, ...(used === undefined ? {} : { status: { hard: spec.hard ?? {}, used } }) });
  /** As admission does. */
  const charge = (pods: string) =>
    api.change(resourcequotas, named('q').metadata, (quota) => (quota.status = { ...quota.status, used: { pods } }));
  /** Lets all that was charged be on its way no more. */
  const arrive = async (): Promise<void> => {
    await run.woken();
    await clock.advance(1000);
  };
  const status = () => api.all(resourcequotas)[0]?.status;
  const quotasWoken = async () => (await run.woken()).filter((key) => key !== 'discovery');
  return { api, clock, run, addQuota, charge, arrive, status, quotasWoken };
}

describe('the quota controller', () => {
  it('counts a new quota at once, what is not there as zero', async () => {
    const { api, run, addQuota, status, quotasWoken } = await given();
    api.add(pods, podOf('a', '1'));
    api.add(pods, { ...podOf('b', '500m'), status: { phase: 'Running' } });
    api.add(pods, { ...podOf('c', '1'), status: { phase: 'Succeeded' } });
    api.add(pods, { ...podOf('elsewhere', '1'), metadata: { name: 'elsewhere', namespace: 'other' } });
    const hard = { pods: '10', 'count/pods': '10', 'requests.cpu': '4', services: '2', 'limits.memory': '1Gi' };
    addQuota({ hard });
    expect(await quotasWoken()).toEqual(['ns/q']);
    await run.reconcile('ns/q');
    await run.reconcile('ns/q');
    expect(status()).toEqual({
      hard,
      used: { pods: '2', 'count/pods': '3', 'requests.cpu': '1500m', services: '0', 'limits.memory': '0' },
    });
    await run.stop();
  });

  it('counts only what is in scope', async () => {
    const { api, run, addQuota, status } = await given();
    api.add(pods, podOf('a', '1', { activeDeadlineSeconds: 5 }));
    api.add(pods, podOf('b', '1'));
    addQuota({ hard: { pods: '10' }, scopes: ['Terminating'] });
    await run.reconcile('ns/q');
    await run.reconcile('ns/q');
    expect(status()?.used).toEqual({ pods: '1' });
    await run.stop();
  });

  it('writes nothing when nothing has changed, and drops what is no longer limited', async () => {
    const { api, run, addQuota, status, quotasWoken } = await given();
    addQuota({ hard: { pods: '10', configmaps: '1' } }, { pods: '0', configmaps: '0' });
    await run.reconcile('ns/q');
    await run.reconcile('ns/q');
    expect(api.writes).toEqual([]);
    await quotasWoken();
    api.change(resourcequotas, named('q').metadata, (quota) => (quota.spec.hard = { pods: '0.5k' }));
    expect(await quotasWoken()).toEqual(['ns/q']);
    await run.reconcile('ns/q');
    expect(status()).toEqual({ hard: { pods: '500' }, used: { pods: '0' } });
    expect(await quotasWoken()).toEqual([]);
    await run.stop();
  });

  it('counts again when something goes or ends that a quota limits, and not when something comes', async () => {
    const { api, run, addQuota, arrive, status, quotasWoken } = await given();
    addQuota({ hard: { pods: '10' } }, { pods: '2' });
    await run.reconcile('ns/q');
    await quotasWoken();
    api.add(pods, podOf('a', '1'));
    api.add(pods, podOf('b', '1'));
    api.add(configmaps, named('settings'));
    expect(await quotasWoken()).toEqual([]);
    api.change(pods, named('a').metadata, (pod) => (pod.status = { phase: 'Running' }));
    api.remove(configmaps, named('settings').metadata);
    expect(await quotasWoken()).toEqual([]);
    api.change(pods, named('a').metadata, (pod) => (pod.status = { phase: 'Failed' }));
    expect(await quotasWoken()).toEqual(['ns/q']);
    api.remove(pods, named('b').metadata);
    expect(await quotasWoken()).toEqual(['ns/q']);
    await arrive();
    await run.reconcile('ns/q');
    expect(status()?.used).toEqual({ pods: '0' });
    await run.stop();
  });

  it('does not give back what was charged for pods that are still on their way', async () => {
    const { api, run, addQuota, charge, arrive, status } = await given();
    addQuota({ hard: { pods: '10' } }, { pods: '3' });
    api.add(pods, podOf('a', '1'));
    await run.reconcile('ns/q');
    await arrive();
    charge('5');
    // Of three there is one left, and two more have been charged.
    expect(await run.reconcile('ns/q')).toEqual({ requeueAfter: 1000 });
    expect(status()?.used).toEqual({ pods: '3' });
    charge('4');
    api.add(pods, podOf('b', '1'));
    await arrive();
    expect(await run.reconcile('ns/q')).toBeUndefined();
    expect(status()?.used).toEqual({ pods: '2' });
    await run.stop();
  });

  it('gives nothing back of a quota of which it does not know when it was charged', async () => {
    const { run, addQuota, arrive, status } = await given();
    addQuota({ hard: { pods: '10' } }, { pods: '3' });
    await run.reconcile('ns/q');
    expect(await run.reconcile('ns/q')).toEqual({ requeueAfter: 1000 });
    expect(status()?.used).toEqual({ pods: '3' });
    await arrive();
    await run.reconcile('ns/q');
    expect(status()?.used).toEqual({ pods: '0' });
    await run.stop();
  });

  it('counts every quota again from time to time, unless told not to', async () => {
    const { clock, run, addQuota, quotasWoken } = await given({ syncPeriod: 60_000 });
    addQuota({ hard: { pods: '10' } }, { pods: '2' });
    await quotasWoken();
    await clock.advance(59_999);
    expect(await quotasWoken()).toEqual([]);
    await clock.advance(1);
    expect(await quotasWoken()).toEqual(['ns/q']);
    await run.stop();
    const never = await given({ syncPeriod: 0 });
    never.addQuota({ hard: { pods: '10' } }, { pods: '2' });
    await never.quotasWoken();
    await never.clock.advance(3_600_000);
    expect(await never.quotasWoken()).toEqual([]);
    await never.run.stop();
  });

  it('keeps what was counted of a resource whose list it does not have yet', async () => {
    const { api, run, addQuota, arrive, status } = await given();
    addQuota({ hard: { configmaps: '5', secrets: '5' } }, { configmaps: '3' });
    api.add(configmaps, named('settings'));
    // The first reconcile is what starts the informers.
    expect(await run.reconcile('ns/q')).toEqual({ requeueAfter: 1000 });
    expect(status()?.used).toEqual({ configmaps: '3' });
    await arrive();
    await run.reconcile('ns/q');
    expect(status()?.used).toEqual({ configmaps: '1' });
    await run.stop();
  });

  it('counts a resource that is served only later', async () => {
    const { api, run, addQuota, status } = await given();
    addQuota({ hard: { 'count/widgets.example.com': '5' } });
    expect(await run.reconcile('ns/q')).toEqual({ requeueAfter: 30_000 });
    expect(status()?.used).toEqual({});
    api.widgetsAreServed = true;
    api.add(WIDGETS, named('w'));
    await run.reconcile('discovery');
    expect(await run.reconcile('ns/q')).toBeUndefined();
    expect(status()?.used).toEqual({ 'count/widgets.example.com': '1' });
    await run.stop();
  });

  it('gives a quota up, and not its count, while the server does not say what it serves', async () => {
    const { api, run, addQuota, arrive, status } = await given();
    addQuota({ hard: { pods: '5' } }, { pods: '3' });
    api.discoveryFails = true;
    await expect(run.reconcile('ns/q')).rejects.toThrow('connection refused');
    expect(status()?.used).toEqual({ pods: '3' });
    api.discoveryFails = false;
    await run.reconcile('ns/q');
    await arrive();
    await run.reconcile('ns/q');
    expect(status()?.used).toEqual({ pods: '0' });
    await run.stop();
  });

  it('does not overwrite what admission has charged meanwhile', async () => {
    const { api, run, addQuota, arrive, status } = await given();
    addQuota({ hard: { pods: '5' } }, { pods: '3' });
    await run.reconcile('ns/q');
    await arrive();
    const release = api.holdEvents();
    api.change(resourcequotas, named('q').metadata, (quota) => (quota.status = { hard: { pods: '5' }, used: { pods: '4' } }));
    await expect(run.reconcile('ns/q')).rejects.toMatchObject({ status: { reason: 'Conflict' } });
    expect(status()?.used).toEqual({ pods: '4' });
    release();
    await run.stop();
  });
});
