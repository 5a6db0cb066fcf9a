import { nodes, pods } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { PodGarbageCollector } from './pod-garbage-collector';

interface GivenPod {
  readonly name: string;
  readonly nodeName?: string;
  readonly phase?: string;
  readonly created?: string;
  readonly deletionTimestamp?: string;
}

async function given({ pods: there, threshold = 0 }: { pods: readonly GivenPod[]; threshold?: number }) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  api.add(nodes, { metadata: { name: 'present' }, spec: {} });
  for (const { created = '2026-01-01T00:00:00Z', deletionTimestamp, name, nodeName, phase = 'Running' } of there)
    api.add(pods, {
      metadata: { name, namespace: 'ns', creationTimestamp: created, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
      spec: { containers: [], ...(nodeName === undefined ? {} : { nodeName }) },
      status: { phase },
    });
  const run = await testController({ api, clock }, ({ client, informer }) => {
    return new PodGarbageCollector({
      client,
      clock,
      nodes: informer(nodes),
      pods: informer(pods),
      terminatedPodThreshold: threshold,
    });
  });
  const deleted = () => api.writes.filter(({ verb }) => verb === 'delete').map(({ name }) => name);
  return { api, clock, run, deleted };
}

describe('the pod garbage collector', () => {
  it('fails and deletes a pod whose node is gone, after a while', async () => {
    const { api, clock, deleted, run } = await given({ pods: [{ name: 'orphan', nodeName: 'gone' }] });
    expect(await run.reconcile('ns/orphan')).toEqual({ requeueAfter: 40_000 });
    expect(api.writes).toEqual([]);
    await clock.advance(40_000);
    await run.reconcile('ns/orphan');
    expect(api.writes[0]).toMatchObject({ verb: 'patch', name: 'orphan', body: { status: { phase: 'Failed' } } });
    expect(deleted()).toEqual(['orphan']);
    await run.stop();
  });

  it('leaves a pod alone whose node is there', async () => {
    const { clock, deleted, run } = await given({ pods: [{ name: 'web', nodeName: 'present' }] });
    expect(await run.reconcile('ns/web')).toBeUndefined();
    await clock.advance(60_000);
    await run.reconcile('ns/web');
    expect(deleted()).toEqual([]);
    await run.stop();
  });

  it('deletes at once what was deleted before it had a node', async () => {
    const { deleted, run } = await given({ pods: [{ name: 'early', deletionTimestamp: '2026-01-01T00:00:00Z' }, { name: 'waiting' }] });
    await run.reconcile('ns/early');
    await run.reconcile('ns/waiting');
    expect(deleted()).toEqual(['early']);
    await run.stop();
  });

  it('deletes the oldest of too many that have ended', async () => {
    const { deleted, run } = await given({
      threshold: 1,
      pods: [
        { name: 'newer', nodeName: 'present', phase: 'Failed', created: '2026-01-03T00:00:00Z' },
        { name: 'oldest', nodeName: 'present', phase: 'Succeeded', created: '2026-01-01T00:00:00Z' },
        { name: 'runs', nodeName: 'present', created: '2025-01-01T00:00:00Z' },
      ],
    });
    await run.reconcile('');
    expect(deleted()).toEqual(['oldest']);
    await run.stop();
  });

  it('counts what has ended at most once in 20 seconds', async () => {
    const { clock, run } = await given({ threshold: 1, pods: [] });
    expect(await run.reconcile('')).toBeUndefined();
    await clock.advance(5_000);
    expect(await run.reconcile('')).toEqual({ requeueAfter: 15_000 });
    await run.stop();
  });
});
