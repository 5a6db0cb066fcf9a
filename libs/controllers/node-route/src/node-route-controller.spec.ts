import { nodes, type Node } from '@keelson/api';
import { FakeClock, parseCidr } from '@keelson/apimachinery';
import { FakeCloud } from '@keelson/cloud/testing';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { NodeRouteController } from './node-route-controller';

const ADDRESS = { type: 'InternalIP', address: '192.0.2.1' };

async function given() {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const cloud = new FakeCloud();
  const run = await testController(
    { api, clock },
    ({ client, informer, recorder }) =>
      new NodeRouteController({
        client,
        routes: cloud.routes,
        nodes: informer(nodes),
        recorder,
        clock,
        clusterName: 'kubernetes',
        clusterCidrs: [parseCidr('10.244.0.0/16')!],
        reconciliationPeriod: 10_000,
      }),
  );
  const add = (name: string, podCIDRs: string[], addresses = [ADDRESS]): Node =>
    api.add(nodes, { metadata: { name }, spec: { podCIDRs }, status: { addresses } });
  const table = () => cloud.table.map(({ destinationCIDR, targetNode }) => `${targetNode} ${destinationCIDR}`);
  const condition = (name: string) =>
    api
      .all(nodes)
      .find(({ metadata }) => metadata.name === name)
      ?.status?.conditions?.find(({ type }) => type === 'NetworkUnavailable');
  return { api, clock, cloud, run, add, table, condition };
}

describe('the node route controller', () => {
  it('makes a route to each pod CIDR and says of its node that it can be reached', async () => {
    const { add, condition, run, table } = await given();
    add('a', ['10.244.0.0/24']);
    add('b', ['10.244.1.0/24']);
    add('c', []);
    await run.reconcile('routes');
    expect(table()).toEqual(['a 10.244.0.0/24', 'b 10.244.1.0/24']);
    expect(condition('a')).toMatchObject({ status: 'False', reason: 'RouteCreated', message: 'RouteController created a route' });
    expect(condition('c')).toBeUndefined();
    await run.stop();
  });

  it('takes away the routes of nodes that went, those that lead nowhere, and none outside the cluster', async () => {
    const { add, cloud, run, table } = await given();
    add('a', ['10.244.0.0/24']);
    cloud.table.push(
      { name: '1', targetNode: 'gone', destinationCIDR: '10.244.9.0/24' },
      { name: '2', targetNode: '', destinationCIDR: '10.244.8.0/24', blackhole: true },
      { name: '3', targetNode: 'else', destinationCIDR: '10.1.0.0/24' },
    );
    await run.reconcile('routes');
    expect(table()).toEqual(['else 10.1.0.0/24', 'a 10.244.0.0/24']);
    await run.stop();
  });

  it('makes a route again when the addresses of its node are others', async () => {
    const { add, api, cloud, run } = await given();
    add('a', ['10.244.0.0/24']);
    await run.reconcile('routes');
    const moved = { type: 'InternalIP', address: '192.0.2.7' };
    api.change(nodes, { name: 'a' }, (node) => (node.status = { ...node.status, addresses: [moved] }));
    await run.reconcile('routes');
    expect(cloud.table.map(({ targetNodeAddresses }) => targetNodeAddresses)).toEqual([[moved]]);
    expect(cloud.calls).toEqual(['create route 10.244.0.0/24', 'delete route 10.244.0.0/24', 'create route 10.244.0.0/24']);
    await run.stop();
  });

  it('says of a node that it can not be reached while its route could not be made', async () => {
    const { add, cloud, condition, run } = await given();
    const { metadata } = add('a', ['10.244.0.0/24']);
    cloud.failures = [new Error('no quota')];
    await expect(run.reconcile('routes')).rejects.toThrow('could not settle 1 routes: Error: no quota');
    expect(condition('a')).toMatchObject({ status: 'True', reason: 'NoRouteCreated' });
    expect(run.events).toEqual([`Warning FailedToCreateRoute Could not create route ${metadata.uid} 10.244.0.0/24 for node a: no quota`]);
    await run.reconcile('routes');
    expect(condition('a')).toMatchObject({ status: 'False', reason: 'RouteCreated' });
    await run.stop();
  });

  it('looks again when nodes or what routes depend on change, and every period, but not at heartbeats', async () => {
    const { add, api, clock, run } = await given();
    await run.woken();
    add('a', []);
    expect(await run.woken()).toEqual(['routes']);
    api.change(nodes, { name: 'a' }, (node) => (node.status = { ...node.status, conditions: [] }));
    expect(await run.woken()).toEqual([]);
    api.change(nodes, { name: 'a' }, (node) => (node.spec.podCIDRs = ['10.244.0.0/24']));
    expect(await run.woken()).toEqual(['routes']);
    await clock.advance(10_000);
    expect(await run.woken()).toEqual(['routes']);
    await run.stop();
  });
});
