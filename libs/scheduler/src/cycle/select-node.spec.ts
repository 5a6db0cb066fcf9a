import { podStateOf } from '../state/pod-state';
import { testCache, testNode, testPod, testSelector } from '../testing/objects';
import { feasibleNodesWanted } from './feasible-nodes-wanted';

describe('NodeSelector', () => {
  it('takes the emptiest node that has room', () => {
    const cache = testCache(testNode('full'), testNode('empty'));
    cache.assume(podStateOf(testPod('a', {}, { cpu: '4' })), 'full');
    expect(testSelector(cache).select(podStateOf(testPod('p', {}, { cpu: '1' })), cache.nodes).name).toBe('empty');
  });

  it("says why no node fits, in upstream's words", () => {
    const taints = [{ key: 'k', effect: 'NoSchedule' }];
    const cache = testCache(testNode('a', { taints }), testNode('b'), testNode('c', { unschedulable: true }));
    expect(() => testSelector(cache).select(podStateOf(testPod('p', {}, { cpu: '5' })), cache.nodes)).toThrow(
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.',
    );
  });

  it('spreads pods that it assumes one by one, until the cluster is full', () => {
    const cache = testCache(testNode('a'), testNode('b'));
    const select = testSelector(cache);
    for (let i = 0; i < 8; i++) {
      const pod = podStateOf(testPod(`p${i}`, {}, { cpu: '1' }));
      cache.assume(pod, select.select(pod, cache.nodes).name);
    }
    expect(cache.nodes.map(({ pods }) => pods.size)).toEqual([4, 4]);
    expect(() => select.select(podStateOf(testPod('q', {}, { cpu: '1' })), cache.nodes)).toThrow('2 Insufficient cpu');
  });
});

it('says that there are no nodes, where there are none', () => {
  expect(() => testSelector(testCache()).select(podStateOf(testPod('p')), [])).toThrow('no nodes available to schedule pods');
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
