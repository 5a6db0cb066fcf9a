import { defaultPlugins } from '../plugins/default-plugins';
import { podStateOf } from '../state/pod-state';
import { SchedulerCache } from '../state/scheduler-cache';
import { testNode, testPod } from '../testing/objects';
import { feasibleNodesWanted } from './feasible-nodes-wanted';
import { NodeSelector } from './select-node';

function cacheOf(...nodes: ReturnType<typeof testNode>[]): SchedulerCache {
  const cache = new SchedulerCache();
  for (const node of nodes) cache.setNode(node);
  return cache;
}

const selector = () => new NodeSelector(defaultPlugins(), () => 0);

describe('NodeSelector', () => {
  it('takes the emptiest node that has room', () => {
    const cache = cacheOf(testNode('full'), testNode('empty'));
    cache.assume(podStateOf(testPod('a', {}, { cpu: '4' })), 'full');
    expect(selector().select(podStateOf(testPod('p', {}, { cpu: '1' })), cache.nodes).name).toBe('empty');
  });

  it("says why no node fits, in upstream's words", () => {
    const taints = [{ key: 'k', effect: 'NoSchedule' }];
    const cache = cacheOf(testNode('a', { taints }), testNode('b'), testNode('c', { unschedulable: true }));
    expect(() => selector().select(podStateOf(testPod('p', {}, { cpu: '5' })), cache.nodes)).toThrow(
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.',
    );
  });

  it('spreads pods that it assumes one by one, until the cluster is full', () => {
    const cache = cacheOf(testNode('a'), testNode('b'));
    const select = selector();
    for (let i = 0; i < 8; i++) {
      const pod = podStateOf(testPod(`p${i}`, {}, { cpu: '1' }));
      cache.assume(pod, select.select(pod, cache.nodes).name);
    }
    expect(cache.nodes.map(({ pods }) => pods.size)).toEqual([4, 4]);
    expect(() => select.select(podStateOf(testPod('q', {}, { cpu: '1' })), cache.nodes)).toThrow('2 Insufficient cpu');
  });
});

it.each([
  [99, 0, 99],
  [100, 0, 100],
  [1000, 0, 420],
  [5000, 0, 500],
  [10_000, 0, 500],
  [1000, 70, 700],
])('looks in %d nodes at %d%% for %d feasible ones', (nodes, percentage, wanted) =>
  expect(feasibleNodesWanted(nodes, percentage)).toBe(wanted),
);
