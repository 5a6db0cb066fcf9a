import type { Node } from '@keelson/api';
import { TransportError } from '@keelson/client';
import { pod } from '../testing/fixtures';
import { TestNode } from '../testing/test-node';

describe('NodeReporter', () => {
  let node: TestNode;
  const stored = () => node.api.find<Node>('nodes', 'node-1')!;
  const patches = () => node.api.requests.filter((request) => request === 'patch nodes node-1').length;

  beforeEach(() => (node = new TestNode()));
  afterEach(() => node.stop());

  it('tells capacity, addresses and that it is ready', async () => {
    await node.start();
    expect(stored().status).toMatchObject({
      capacity: { cpu: '4', memory: '8388608Ki', pods: '110' },
      addresses: [
        { type: 'InternalIP', address: '192.168.0.1' },
        { type: 'Hostname', address: 'node-1' },
      ],
      nodeInfo: { kubeletVersion: 'v1.36.3', containerRuntimeVersion: 'docker://27.0' },
    });
    expect(stored().status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  });

  it('tells of its start and its state once the apiserver has the node', async () => {
    await node.start();
    expect(node.events.filter((event) => event.includes('Normal Node') || event.includes('Starting'))).toEqual([
      'Normal Starting: Starting kubelet.',
      'Normal NodeHasSufficientMemory: Node node-1 status is now: NodeHasSufficientMemory',
      'Normal NodeHasNoDiskPressure: Node node-1 status is now: NodeHasNoDiskPressure',
      'Normal NodeHasSufficientPID: Node node-1 status is now: NodeHasSufficientPID',
    ]);
  });

  it('writes only what is new, and every five minutes in any case', async () => {
    await node.start();
    const first = patches();
    await node.clock.advance(295_000);
    expect(patches()).toBe(first);
    await node.clock.advance(10_000);
    expect(patches()).toBe(first + 1);
  });

  it('leaves out the size of an image that has none, as the apiserver does', async () => {
    const image = { id: 'sha256:1', digests: [], user: '' };
    node.runtime.listedImages.push({ ...image, tags: ['a:1'], sizeBytes: 0 }, { ...image, tags: ['b:1'], sizeBytes: 7 });
    await node.start();
    expect(stored().status?.images).toEqual([{ names: ['b:1'], sizeBytes: 7 }, { names: ['a:1'] }]);
  });

  it('says at the next look that the engine is down, and soon that it is up again', async () => {
    await node.start();
    node.runtime.failures.set('check', [new Error('engine is down')]);
    await node.clock.advance(10_000);
    expect(stored().status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      message: 'engine is down',
    });
    await node.clock.advance(1_000);
    expect(stored().status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('registers again when someone deleted the node', async () => {
    await node.start();
    node.api.remove('nodes', { name: 'node-1' });
    await node.clock.advance(320_000);
    expect(stored().status?.capacity).toMatchObject({ cpu: '4' });
  });

  it('gives the runtime the range of pod addresses once, as soon as the node has one', async () => {
    const seen: { node?: Node } = {};
    const kubelet = await node.start({ observedNode: () => seen.node });
    seen.node = { ...stored(), spec: { podCIDR: '10.244.1.0/24' } };
    kubelet.nodeChanged();
    await node.clock.advance(10);
    kubelet.nodeChanged();
    await node.clock.advance(20_000);
    expect(node.runtime.calls).toEqual(['setPodCIDR 10.244.1.0/24']);
  });

  it('tries soon to register where the apiserver is not there yet', async () => {
    node.api.failures.push(new TransportError('refused'), new TransportError('refused'));
    await node.start();
    await node.clock.advance(1_500);
    expect(stored().status?.capacity).toMatchObject({ cpu: '4' });
  });

  it('gives the runtime the range of a node that was there before, ahead of its pods and of its status', async () => {
    await node.start();
    await node.stop();
    const withRange: Node = { ...stored(), spec: { podCIDR: '10.244.1.0/24' } };
    node.api.put('nodes', withRange);
    node.api.put('pods', pod());
    node.runtime.presentImages.add('registry.test/web:1');
    const known = Promise.withResolvers<undefined>();
    node.runtime.check = () => (node.runtime.calls.includes('setPodCIDR 10.244.1.0/24') ? Promise.resolve() : known.promise);
    await node.start();
    known.reject(new Error('no network'));
    await node.clock.advance(10);
    expect(node.runtime.calls.slice(0, 2)).toEqual(['setPodCIDR 10.244.1.0/24', 'runSandbox 0']);
    expect(stored().status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });
});
