import { nodes, type Node } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeCloud } from '@keelson/cloud/testing';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { CloudNodeLifecycleController } from './cloud-node-lifecycle-controller';

const SHUTDOWN = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' };

async function given(ready: 'True' | 'False' | 'Unknown' | undefined, spec: Node['spec'] = {}) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const cloud = new FakeCloud();
  const conditions = ready === undefined ? [] : [{ type: 'Ready', status: ready }];
  api.add(nodes, { metadata: { name: 'a' }, spec, status: { conditions } });
  const run = await testController(
    { api, clock },
    ({ client, informer, recorder }) =>
      new CloudNodeLifecycleController({ client, instances: cloud, nodes: informer(nodes), recorder, monitorPeriod: 5_000 }),
  );
  return { api, clock, cloud, run };
}

describe('the cloud node lifecycle controller', () => {
  it('looks at all nodes every period', async () => {
    const { clock, run } = await given('True');
    expect(await run.woken()).toEqual([]);
    await clock.advance(5_000);
    expect(await run.woken()).toEqual(['a']);
    await run.stop();
  });

  it.each(['False', 'Unknown', undefined] as const)('deletes a node that is not ready (%s) and whose machine is gone', async (ready) => {
    const { api, run } = await given(ready);
    await run.reconcile('a');
    expect(api.all(nodes)).toEqual([]);
    expect(run.events).toEqual(['Normal DeletingNode Deleting node a because it does not exist in the cloud provider']);
    await run.stop();
  });

  it('deletes no node that is ready, whatever the cloud says', async () => {
    const { api, run } = await given('True');
    await run.reconcile('a');
    expect(api.all(nodes)).toHaveLength(1);
    await run.stop();
  });

  it('deletes no node that registered again since it was seen', async () => {
    const { api, run } = await given('Unknown');
    await run.woken();
    const release = api.holdEvents();
    api.remove(nodes, { name: 'a' });
    api.add(nodes, { metadata: { name: 'a' }, spec: {} });
    await expect(run.reconcile('a')).rejects.toThrow('precondition');
    expect(api.all(nodes)).toHaveLength(1);
    release();
    await run.stop();
  });

  it('deletes no node when the cloud can not tell', async () => {
    const { api, cloud, run } = await given('Unknown');
    cloud.exists = async () => {
      throw new Error('the cloud does not answer');
    };
    await expect(run.reconcile('a')).rejects.toThrow('does not answer');
    expect(api.all(nodes)).toHaveLength(1);
    await run.stop();
  });

  it('taints a node whose machine is switched off, until it is ready again', async () => {
    const other = { key: 'k', effect: 'NoExecute' };
    const { api, cloud, run } = await given('Unknown', { taints: [other] });
    cloud.machines.set('a', { isShutdown: true });
    await run.reconcile('a');
    await run.reconcile('a');
    expect(api.all(nodes)[0]?.spec.taints).toEqual([other, SHUTDOWN]);
    api.change(nodes, { name: 'a' }, (node) => (node.status = { conditions: [{ type: 'Ready', status: 'True' }] }));
    await run.reconcile('a');
    expect(api.all(nodes)[0]?.spec.taints).toEqual([other]);
    await run.stop();
  });
});
