import { nodes } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { CidrPool } from './cidr-pool';
import { NodeIpamController } from './node-ipam-controller';

async function given(cluster: string, present: Record<string, string | undefined>) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  for (const [name, podCIDR] of Object.entries(present))
    api.add(nodes, { metadata: { name }, spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] } });
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    const options = { clusterCidrs: [{ cidr: cluster, nodeMaskSize: 24 }], serviceCidrs: [] };
    return new NodeIpamController({ client, nodes: informer(nodes), recorder, options });
  });
  const cidrs = () => Object.fromEntries(api.all(nodes).map(({ metadata, spec }) => [metadata.name, spec.podCIDR]));
  return { api, run, cidrs };
}

describe('the node IPAM controller', () => {
  it('gives a node the first block that none has, those found at start included', async () => {
    const { run, cidrs } = await given('10.244.0.0/16', { a: undefined, b: '10.244.0.0/24' });
    await run.reconcile('a');
    expect(cidrs()).toEqual({ a: '10.244.1.0/24', b: '10.244.0.0/24' });
    await run.stop();
  });

  it('says so when no block is left, and gives out the one of a node that went', async () => {
    const { api, run, cidrs } = await given('10.244.0.0/24', { a: undefined, b: '10.244.0.0/24' });
    await expect(run.reconcile('a')).rejects.toThrow('no pod CIDR is left for node a');
    expect(run.events).toEqual(['Normal CIDRNotAvailable Node a status is now: CIDRNotAvailable']);
    api.remove(nodes, { name: 'b' });
    await run.reconcile('a');
    expect(cidrs()).toEqual({ a: '10.244.0.0/24' });
    await run.stop();
  });

  it('tries the same block again when the write failed, since it may have taken effect', async () => {
    const { api, run, cidrs } = await given('10.244.0.0/16', { a: undefined, b: undefined });
    const undo = api.react(() => {
      throw new Error('connection lost');
    });
    await expect(run.reconcile('a')).rejects.toThrow('connection lost');
    undo();
    await run.reconcile('b');
    await run.reconcile('a');
    expect(cidrs()).toEqual({ a: '10.244.0.0/24', b: '10.244.1.0/24' });
    await run.stop();
  });
});

describe('CidrPool', () => {
  it('keeps clear of every block that a foreign CIDR touches', () => {
    const pool = new CidrPool('10.0.0.0/22', 24);
    pool.occupy('10.0.1.128/25');
    pool.occupy('10.0.2.0/23');
    expect([pool.allocate(), pool.allocate()]).toEqual(['10.0.0.0/24', undefined]);
  });

  it('refuses a mask that is wider than the cluster', () => {
    expect(() => new CidrPool('10.0.0.0/24', 16)).toThrow('node CIDR mask size must be from 24 to 32');
  });
});
