import { leases, nodes, pods, type Node } from '@keelson/api';
import { FakeClock, formatTime, StatusError, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { NodeLifecycleController } from './node-lifecycle-controller';

const GRACE = 50_000;
const STARTUP_GRACE = 60_000;
const rates = { normal: 0.1, secondary: 0.01, largeClusterSize: 50, unhealthyThreshold: 0.55 };

const node = (name: string, spec: Node['spec'] = {}): Draft<Node> => ({
  metadata: { name },
  spec,
  status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z' }] },
});

async function given(...names: string[]) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  for (const name of names) {
    api.add(nodes, node(name));
    api.add(leases, { metadata: { name, namespace: 'kube-node-lease' }, spec: { renewTime: formatTime(clock.now()) } });
  }
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    const options = { monitorGracePeriod: GRACE, startupGracePeriod: STARTUP_GRACE, monitorPeriod: 5000, rates };
    return new NodeLifecycleController({
      client,
      nodes: informer(nodes),
      leases: informer(leases),
      pods: informer(pods),
      recorder,
      clock,
      options,
    });
  });
  const look = async () => {
    await run.woken();
    for (const name of names) await run.reconcile(name);
  };
  const renew = async (name: string) => {
    const lease = await api.resource(leases).get({ namespace: 'kube-node-lease', name });
    await api.resource(leases).update({ ...lease, spec: { ...lease.spec, renewTime: formatTime(clock.now()) } });
  };
  const taints = (name: string) =>
    api
      .all(nodes)
      .find(({ metadata }) => metadata.name === name)
      ?.spec.taints?.map(({ effect, key }) => `${key}:${effect}`) ?? [];
  const ready = (name: string) =>
    api
      .all(nodes)
      .find(({ metadata }) => metadata.name === name)
      ?.status?.conditions?.find(({ type }) => type === 'Ready');
  return { api, clock, run, look, renew, taints, ready };
}

describe('the node lifecycle controller', () => {
  it('takes the taint off a node that has become ready', async () => {
    const { api, look, taints, run } = await given('a');
    const [current] = api.all(nodes) as [Node];
    await api.resource(nodes).update({
      ...current,
      spec: {
        taints: [
          { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
          { key: 'mine', effect: 'NoSchedule' },
        ],
      },
    });
    await look();
    expect(taints('a')).toEqual(['mine:NoSchedule']);
    await run.stop();
  });

  it('says of a silent node that nothing is known of it, and drives its pods off', async () => {
    const { api, clock, look, renew, taints, ready, run } = await given('a', 'b');
    api.add(pods, {
      metadata: { name: 'p', namespace: 'ns' },
      spec: { nodeName: 'a', containers: [] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    await look();
    await clock.advance(GRACE - 1000);
    await renew('b');
    await look();
    expect(ready('a')).toMatchObject({ status: 'True' });
    await clock.advance(2000);
    await look();
    await look();
    expect(ready('a')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
    expect(taints('a').sort()).toEqual(['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule']);
    expect(taints('b')).toEqual([]);
    expect(api.all(pods)[0]?.status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'False' });
    await run.stop();
  });

  it('tells of a node that comes and one that goes, and of one that falls silent only if it was ready', async () => {
    const { api, clock, look, renew, run } = await given('a', 'b');
    await look();
    await look();
    expect(run.events).toEqual([
      'Normal RegisteredNode Node a event: Registered Node a in Controller',
      'Normal RegisteredNode Node b event: Registered Node b in Controller',
    ]);
    api.change(nodes, { name: 'b' }, ({ status }) => (status!.conditions![0]!.status = 'False'));
    await clock.advance(GRACE + 1000);
    await look();
    expect(run.events.slice(2)).toEqual(['Normal NodeNotReady Node a status is now: NodeNotReady']);
    api.remove(nodes, { name: 'b' });
    await renew('a');
    await look();
    expect(run.events.at(-1)).toBe('Normal RemovingNode Node b event: Removing Node b from Controller');
    await run.stop();
  });

  it('gives a new node its own time to say whether it is ready, without a taint till then', async () => {
    const { api, clock, ready, run, taints } = await given('a');
    api.add(nodes, { metadata: { name: 'new' }, spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } });
    await run.woken();
    await run.reconcile('new');
    expect(taints('new')).toEqual([]);
    await clock.advance(STARTUP_GRACE);
    await run.reconcile('new');
    expect(ready('new')).toBeUndefined();
    await clock.advance(1);
    await run.reconcile('new');
    expect(ready('new')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusNeverUpdated', lastHeartbeatTime: '2026-01-01T00:00:00Z' });
    await run.stop();
  });

  it('keeps the order of conditions and taints that are there, and says since when its own are', async () => {
    const { api, clock, look, run } = await given('a', 'b');
    api.change(nodes, { name: 'a' }, (object) => {
      object.spec.taints = [{ key: 'mine', effect: 'NoSchedule' }];
      object.status!.conditions = [
        { type: 'NetworkUnavailable', status: 'True' },
        { type: 'Ready', status: 'True' },
        { type: 'Other', status: 'True' },
      ];
    });
    await look();
    await clock.advance(GRACE + 1000);
    await look();
    const [object] = api.all(nodes);
    const types = ['NetworkUnavailable', 'Ready', 'Other', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
    expect(object?.status?.conditions?.map(({ type }) => type)).toEqual(types);
    expect(object?.spec.taints).toEqual([
      { key: 'mine', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule', timeAdded: '2026-01-01T00:00:00Z' },
      { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule', timeAdded: '2026-01-01T00:00:51Z' },
    ]);
    await run.stop();
  });

  it('does not take a second turn of its zone for a taint that it lost a race for', async () => {
    const { api, clock, look, renew, run, taints } = await given('a', 'b');
    await look();
    await clock.advance(GRACE + 1000);
    await renew('b');
    const undo = api.react(({ resource, verb }) => {
      if (resource === 'nodes' && verb === 'patch') throw StatusError.conflict(nodes, 'a', 'the object has been modified');
    });
    await run.woken();
    await expect(run.reconcile('a')).rejects.toThrow('has been modified');
    undo();
    await look();
    expect(taints('a')).toContain('node.kubernetes.io/unreachable:NoExecute');
    await run.stop();
  });

  it('drives nothing off when every node is silent, for then it is more likely blind itself', async () => {
    const { clock, look, taints, run } = await given('a', 'b');
    await look();
    await clock.advance(GRACE + 1000);
    await look();
    await look();
    expect([...taints('a'), ...taints('b')]).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
    await run.stop();
  });

  it('measures silence on its own clock, whatever time the node writes', async () => {
    const { api, clock, look, ready, run } = await given('a');
    await look();
    for (let step = 1; step <= 4; step += 1) {
      await clock.advance(GRACE / 2);
      const lease = await api.resource(leases).get({ namespace: 'kube-node-lease', name: 'a' });
      await api.resource(leases).update({ ...lease, spec: { renewTime: `1999-01-01T00:00:0${step}.000000Z` } });
      await look();
    }
    expect(ready('a')).toMatchObject({ status: 'True' });
    await run.stop();
  });
});
