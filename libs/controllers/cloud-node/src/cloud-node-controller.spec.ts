import { nodes, type Node, type NodeAddress } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeCloud, type FakeMachine } from '@keelson/cloud/testing';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { CloudNodeController } from './cloud-node-controller';

const UNINITIALIZED = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };
const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const HOSTNAME = { type: 'Hostname', address: 'a' };
const internal = (address: string): NodeAddress => ({ type: 'InternalIP', address });

async function given(machine: FakeMachine | undefined, { spec = {}, ...node }: Partial<Pick<Node, 'metadata' | 'spec' | 'status'>> = {}) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const cloud = new FakeCloud();
  if (machine !== undefined) cloud.machines.set('a', machine);
  api.add(nodes, { status: { addresses: [HOSTNAME] }, ...node, metadata: { ...node.metadata, name: 'a' }, spec });
  const run = await testController(
    { api, clock },
    ({ client, informer, recorder }) =>
      new CloudNodeController({ client, instances: cloud, nodes: informer(nodes), recorder, clock, statusUpdateFrequency: 300_000 }),
  );
  return { api, clock, cloud, run, node: () => api.all(nodes)[0]! };
}

describe('the cloud node controller', () => {
  it('makes a new node one of the cloud: id, labels, addresses, and no taint but those of others', async () => {
    const machine = { instanceType: 'large', zone: 'z', region: 'r', nodeAddresses: [internal('192.0.2.1')] };
    const { node, run } = await given(machine, { spec: { taints: [UNINITIALIZED, NOT_READY] } });
    await run.reconcile('a');
    expect(node().spec).toEqual({ providerID: 'fake://a', taints: [NOT_READY] });
    expect(node().metadata.labels).toEqual({
      'beta.kubernetes.io/instance-type': 'large',
      'node.kubernetes.io/instance-type': 'large',
      'failure-domain.beta.kubernetes.io/zone': 'z',
      'topology.kubernetes.io/zone': 'z',
      'failure-domain.beta.kubernetes.io/region': 'r',
      'topology.kubernetes.io/region': 'r',
    });
    expect(node().status?.addresses).toEqual([internal('192.0.2.1'), HOSTNAME]);
    expect(run.events).toEqual(['Normal Synced Node synced successfully']);
    await run.stop();
  });

  it('keeps the id that the kubelet registered with', async () => {
    const { node, run } = await given({}, { spec: { taints: [UNINITIALIZED], providerID: 'fake://other' } });
    await run.reconcile('a');
    expect(node().spec.providerID).toBe('fake://other');
    await run.stop();
  });

  it('leaves out labels that are Kubernetes own to give, and those that the node has', async () => {
    const additionalLabels = { 'x.k8s.io/y': '1', rack: '2', row: '3' };
    const metadata = { labels: { rack: '1' } } as unknown as Node['metadata'];
    const { node, run } = await given({ additionalLabels }, { metadata, spec: { taints: [UNINITIALIZED] } });
    await run.reconcile('a');
    expect(node().metadata.labels).toEqual({ rack: '1', row: '3' });
    await run.stop();
  });

  it('leaves the taint on while the cloud does not know the machine', async () => {
    const { cloud, node, run } = await given(undefined, { spec: { taints: [UNINITIALIZED] } });
    await expect(run.reconcile('a')).rejects.toThrow('instance not found');
    expect(node().spec.taints).toEqual([UNINITIALIZED]);
    cloud.machines.set('a', {});
    await run.reconcile('a');
    expect(node().spec.taints).toEqual([]);
    await run.stop();
  });

  it('leaves the taint on a node whose kubelet was told an address that the machine does not have', async () => {
    const metadata = { annotations: { 'alpha.kubernetes.io/provided-node-ip': '192.0.2.9' } } as unknown as Node['metadata'];
    const { node, run } = await given({ nodeAddresses: [internal('192.0.2.1')] }, { metadata, spec: { taints: [UNINITIALIZED] } });
    await expect(run.reconcile('a')).rejects.toThrow('failed to get node address from cloud provider that matches ip: 192.0.2.9');
    expect(node().spec.taints).toEqual([UNINITIALIZED]);
    await run.stop();
  });

  it('takes of each type only the address that the kubelet was told', async () => {
    const metadata = { annotations: { 'alpha.kubernetes.io/provided-node-ip': '192.0.2.2' } } as unknown as Node['metadata'];
    const external = { type: 'ExternalIP', address: '198.51.100.1' };
    const nodeAddresses = [internal('192.0.2.1'), internal('192.0.2.2'), external];
    const { node, run } = await given({ nodeAddresses }, { metadata, spec: { taints: [UNINITIALIZED] } });
    await run.reconcile('a');
    expect(node().status?.addresses).toEqual([internal('192.0.2.2'), external, HOSTNAME]);
    await run.stop();
  });

  it('asks for the addresses of a node now and then, not at each change', async () => {
    const machine: FakeMachine = { nodeAddresses: [internal('192.0.2.1')] };
    const { api, clock, cloud, node, run } = await given(machine, { spec: { taints: [UNINITIALIZED] } });
    await run.reconcile('a');
    cloud.machines.set('a', { nodeAddresses: [internal('192.0.2.5')] });
    api.change(nodes, { name: 'a' }, ({ metadata }) => (metadata.labels = { x: 'y' }));
    await run.reconcile('a');
    expect(node().status?.addresses?.[0]).toEqual(internal('192.0.2.1'));
    await clock.advance(300_000);
    await run.reconcile('a');
    expect(node().status?.addresses?.[0]).toEqual(internal('192.0.2.5'));
    await run.stop();
  });

  it('lets the newer name of a label follow the older', async () => {
    const metadata = { labels: { 'failure-domain.beta.kubernetes.io/zone': 'old', 'topology.kubernetes.io/zone': 'new' } };
    const { node, run } = await given({}, { metadata: metadata as unknown as Node['metadata'] });
    await run.reconcile('a');
    expect(node().metadata.labels?.['topology.kubernetes.io/zone']).toBe('old');
    await run.stop();
  });
});
