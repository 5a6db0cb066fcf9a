import { FakeClock } from '@keelson/apimachinery';
import type { Node, Pod } from '@keelson/api';
import { silentLogger } from '@keelson/component-base';
import { HollowRuntime } from '@keelson/container-runtime';
import type { CacheEvent, Informer } from '@keelson/controller-runtime';
import { FakeApi } from '../testing/fake-api';
import { pod } from '../testing/fixtures';
import { SETTINGS } from '../testing/test-node';
import { runHollowNodes } from './run-hollow-nodes';

describe('runHollowNodes', () => {
  it('registers all nodes and runs the pods of each, each with a way to the API of its own', async () => {
    const clock = new FakeClock();
    const api = new FakeApi();
    const stop = new AbortController();
    const delivery = new Map<string, (event: CacheEvent<Pod>) => void>();
    const podsOf = (nodeName: string) =>
      ({
        addIndex: () => undefined,
        byIndex: () => [],
        subscribe: (listener: (event: CacheEvent<Pod>) => void) => delivery.set(nodeName, listener),
        synced: Promise.resolve(),
        hasSynced: true,
      }) as unknown as Informer<Pod>;
    const closed: string[] = [];
    const open = (nodeName: string) =>
      Promise.resolve({
        client: api.client,
        pods: podsOf(nodeName),
        node: {
          get: (name: string) => api.find<Node>('nodes', name),
          subscribe: (listener: () => void) => api.onChange((resource) => (resource === 'nodes' ? listener() : undefined)),
        } as unknown as Informer<Node>,
        recorder: { event: () => undefined },
        close: () => Promise.resolve(void closed.push(nodeName)),
      });
    api.onChange((resource, type, object) => {
      const changed = object as unknown as Pod;
      if (resource === 'pods' && type === 'set') delivery.get(changed.spec.nodeName ?? '')?.({ type: 'add', object: changed });
    });
    const node = { ...SETTINGS.node, nodeIPs: [] };
    const options = {
      count: 20,
      namePrefix: 'hollow-',
      cpuCores: 4,
      memoryBytes: 2 ** 33,
      node,
      nodeStatusUpdateFrequency: 10_000,
      nodeStatusReportFrequency: 300_000,
      nodeLeaseDurationSeconds: 40,
    };
    const running = runHollowNodes(options, {
      open,
      runtime: (name) => new HollowRuntime({ node: name, clock }),
      clock,
      random: () => 0,
      log: silentLogger,
      signal: stop.signal,
    });
    await clock.advance(3_000);
    for (let index = 1; index <= 20; index += 1) {
      const registered = api.find<Node>('nodes', `hollow-${index}`)!;
      expect(registered.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
      const withRange: Node = { ...registered, spec: { podCIDR: `10.244.${index}.0/24` } };
      api.put('nodes', withRange);
    }
    await clock.advance(10);
    for (let index = 1; index <= 20; index += 1)
      api.put('pods', pod({ nodeName: `hollow-${index}` }, { name: `p-${index}`, uid: `u-${index}` }));
    await clock.advance(1_000);
    const phases = Array.from({ length: 20 }, (_, index) => api.find<Pod>('pods', `p-${index + 1}`)?.status?.phase);
    expect(new Set(phases)).toEqual(new Set(['Running']));
    expect(api.find<Pod>('pods', 'p-7')?.status?.podIP).toBe('10.244.7.1');
    expect(api.find('nodes', 'hollow-20')).toMatchObject({ status: { addresses: [{ address: '172.16.0.20' }, {}] } });
    stop.abort();
    await running;
    expect(closed).toHaveLength(20);
    expect(clock.pending).toBe(0);
  });
});
