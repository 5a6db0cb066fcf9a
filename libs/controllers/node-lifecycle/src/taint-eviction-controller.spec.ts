import { nodes, pods, type Taint, type Toleration } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { stayOf, TaintEvictionController } from './taint-eviction-controller';

const START = '2026-01-01T00:00:00Z';
const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: START };

async function given(tolerations: Toleration[], taint: Taint = unreachable) {
  const clock = new FakeClock(START);
  const api = new FakeApi({ clock });
  api.add(nodes, { metadata: { name: 'n' }, spec: { taints: [taint] } });
  api.add(pods, { metadata: { name: 'p', namespace: 'ns' }, spec: { nodeName: 'n', containers: [], tolerations } });
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new TaintEvictionController({ client, nodes: informer(nodes), pods: informer(pods), recorder, clock });
  });
  await run.woken();
  return { api, clock, run };
}

describe('the taint eviction controller', () => {
  it('deletes a pod at once that does not tolerate the taint, and leaves the reason with it', async () => {
    const { api, run } = await given([]);
    await run.reconcile('ns/p');
    expect(api.writes.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['patch pods/status', 'delete pods']);
    expect(api.writes[0]?.body).toMatchObject({ status: { conditions: [{ type: 'DisruptionTarget', reason: 'DeletionByTaintManager' }] } });
    expect(run.events).toEqual(['Normal TaintManagerEviction Marking for deletion Pod ns/p']);
    await run.stop();
  });

  it('lets a pod stay for as long as it tolerates the taint, counted from when the taint was put on', async () => {
    const { api, clock, run } = await given([{ key: unreachable.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }]);
    await clock.advance(100_000);
    expect(await run.reconcile('ns/p')).toEqual({ requeueAfter: 200_000 });
    await clock.advance(200_000);
    await run.reconcile('ns/p');
    expect(api.all(pods)).toEqual([]);
    await run.stop();
  });

  it('counts from when it saw a taint that does not say since when it is there', async () => {
    const { api, clock, run } = await given([{ operator: 'Exists', tolerationSeconds: 3 }], { key: 'mine', effect: 'NoExecute' });
    await clock.advance(60_000);
    expect(await run.reconcile('ns/p')).toEqual({ requeueAfter: 3000 });
    await clock.advance(2000);
    expect(await run.reconcile('ns/p')).toEqual({ requeueAfter: 1000 });
    await clock.advance(1000);
    await run.reconcile('ns/p');
    expect(api.all(pods)).toEqual([]);
    await run.stop();
  });

  it('says that a pod stays after all, once, when its taint is taken off in time', async () => {
    const { api, run } = await given([{ key: unreachable.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }]);
    await run.reconcile('ns/p');
    api.change(nodes, { name: 'n' }, ({ spec }) => (spec.taints = []));
    await run.woken();
    await run.reconcile('ns/p');
    await run.reconcile('ns/p');
    expect(run.events).toEqual(['Normal TaintManagerEviction Cancelling deletion of Pod ns/p']);
    await run.stop();
  });

  it('leaves a pod alone that tolerates the taint for good', async () => {
    const { api, run } = await given([{ operator: 'Exists' }]);
    expect(await run.reconcile('ns/p')).toBeUndefined();
    expect(api.writes).toEqual([]);
    await run.stop();
  });
});

describe('stayOf', () => {
  it('is the shortest over all taints', () => {
    const other: Taint = { key: 'other', effect: 'NoExecute', timeAdded: START };
    const tolerations: Toleration[] = [
      { key: unreachable.key, operator: 'Exists', tolerationSeconds: 60 },
      { key: 'other', operator: 'Exists', tolerationSeconds: 10 },
    ];
    const now = Date.parse(START);
    expect(stayOf(tolerations, [unreachable, other], { now, since: now })).toBe(10_000);
    expect(stayOf(tolerations.slice(0, 1), [unreachable, other], { now, since: now })).toBe(0);
  });
});
