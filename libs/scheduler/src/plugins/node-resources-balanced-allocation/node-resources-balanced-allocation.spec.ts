import { CycleState } from '../../framework/cycle-state';
import { podStateOf } from '../../state/pod-state';
import { testCache, testNode, testPod } from '../../testing/objects';
import { NodeResourcesBalancedAllocation, type NodeResourcesBalancedAllocationArgs } from './node-resources-balanced-allocation';

/** On a node of 4 cores and 8 GiB, with `used` of it taken. */
function score(asked: Record<string, string>, used: Record<string, string>, args: NodeResourcesBalancedAllocationArgs = {}) {
  const cache = testCache(testNode('n', {}, { 'example.com/gpu': '2' }));
  cache.assume(podStateOf(testPod('there', {}, used)), 'n');
  const plugin = new NodeResourcesBalancedAllocation(args);
  const cycle = new CycleState();
  const pod = podStateOf(testPod('p', {}, asked));
  return plugin.preScore(pod, cycle) ? plugin.score(pod, cache.nodes[0]!, cycle) : 'skip';
}

it.each([
  [{ cpu: '1', memory: '2Gi' }, {}, 75],
  [{ memory: '4Gi' }, { cpu: '2' }, 87],
  [{ cpu: '2' }, { cpu: '2' }, 62],
  [{ cpu: '4' }, {}, 50],
  [{ memory: '8Gi' }, { cpu: '4' }, 100],
])('a pod that asks for %j of a node with %j taken scores %d', (asked, used, expected) => expect(score(asked, used)).toBe(expected));

it('leaves out a pod that asks for nothing', () => expect(score({}, { cpu: '1' })).toBe('skip'));

it('takes the deviation of more than two resources, those only that the pod asks for', () => {
  const resources = [
    { name: 'cpu', weight: 1 },
    { name: 'memory', weight: 1 },
    { name: 'example.com/gpu', weight: 1 },
  ];
  expect(score({ cpu: '1', memory: '2Gi', 'example.com/gpu': '1' }, {}, { resources })).toBe(69);
  expect(score({ cpu: '1', memory: '2Gi' }, {}, { resources })).toBe(75);
});
