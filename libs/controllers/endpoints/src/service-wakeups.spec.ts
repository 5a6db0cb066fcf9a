import { pods, services, type DeepReadonly, type Pod } from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import { FakeApi, testInformers } from '@keelson/controller-runtime/testing';
import { ServiceWakeups } from './service-wakeups';

const abort = new AbortController();
afterAll(() => abort.abort());

const running: Draft<Pod> = {
  metadata: { namespace: 'ns', name: 'web-1', labels: { app: 'web' } },
  spec: { nodeName: 'node-1', containers: [] },
  status: { phase: 'Running', podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }], conditions: [{ type: 'Ready', status: 'True' }] },
};

async function given({ batchPeriod = 0 } = {}) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  for (const app of ['web', 'db'])
    api.add(services, { metadata: { namespace: 'ns', name: app }, spec: { selector: { app }, ports: [{ port: 80 }] } });
  api.add(services, { metadata: { namespace: 'ns', name: 'by-hand' }, spec: { ports: [{ port: 80 }] } });
  api.add(services, { metadata: { namespace: 'other', name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
  const factory = await testInformers(api, { clock, signal: abort.signal, resources: [services] });
  const pod = api.add(pods, running);
  const wakeups = new ServiceWakeups(factory.informer(services), batchPeriod);
  const changed = (next: Partial<Pod>, previous: DeepReadonly<Pod> = pod) =>
    wakeups.concernedBy({ type: 'update', previous, object: { ...previous, ...next } });
  return { changed, pod, wakeups };
}

describe('ServiceWakeups', () => {
  it('wakes the services of its namespace that select a pod that comes or goes', async () => {
    const { pod, wakeups } = await given();
    expect(wakeups.concernedBy({ type: 'add', object: pod })).toEqual(['ns/web']);
    expect(wakeups.concernedBy({ type: 'delete', object: pod })).toEqual(['ns/web']);
  });

  it('wakes none for what no endpoint tells', async () => {
    const { changed, pod } = await given();
    const conditions = [...(pod.status?.conditions ?? []), { type: 'PodScheduled', status: 'True' as const }];
    expect(changed({ status: { ...pod.status, conditions }, metadata: { ...pod.metadata, annotations: { seen: 'yes' } } })).toEqual([]);
  });

  it.each<[string, (pod: DeepReadonly<Pod>) => Partial<DeepReadonly<Pod>>]>([
    ['its deletion begins', (pod) => ({ metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })],
    ['it is ready no more', (pod) => ({ status: { ...pod.status, conditions: [{ type: 'Ready', status: 'False' }] } })],
    ['it has ended, whatever its readiness says', (pod) => ({ status: { ...pod.status, phase: 'Failed' } })],
    ['it has another address', (pod) => ({ status: { ...pod.status, podIPs: [{ ip: '10.1.0.2' }] } })],
  ])('wakes the service of a pod when %s', async (_, next) => {
    const { changed, pod } = await given();
    expect(changed(next(pod) as Partial<Pod>)).toEqual(['ns/web']);
  });

  it('wakes the service that a pod leaves and the one that it comes to', async () => {
    const { changed, pod } = await given();
    expect(changed({ metadata: { ...pod.metadata, labels: { app: 'db' } } })).toEqual(['ns/db', 'ns/web']);
  });

  it('lets a service wait the longer the more pods it has, a small one not at all, and none less than the batch period', async () => {
    const { wakeups } = await given();
    wakeups.looked('ns/web', 10_000);
    wakeups.looked('ns/db', 100);
    expect([wakeups.delayOf('ns/web'), wakeups.delayOf('ns/db'), wakeups.delayOf('ns/new')]).toEqual([1000, 0, 0]);
    wakeups.looked('ns/web', 3);
    expect(wakeups.delayOf('ns/web')).toBe(0);
    const batched = await given({ batchPeriod: 500 });
    batched.wakeups.looked('ns/web', 1000);
    expect(batched.wakeups.delayOf('ns/web')).toBe(500);
  });
});
