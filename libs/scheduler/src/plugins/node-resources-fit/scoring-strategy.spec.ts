import { podStateOf } from '../../state/pod-state';
import { testCache, testNode, testPod } from '../../testing/objects';
import { NodeResourcesFit } from './node-resources-fit';
import { resourceScorer, type ScoringStrategy } from './scoring-strategy';

const resources = [
  { name: 'cpu', weight: 3 },
  { name: 'memory', weight: 1 },
];

/** A pod that asks for 1 core and 2 GiB, on a node of 4 cores and 8 GiB of which 2 cores are taken. */
function score(strategy: ScoringStrategy): number {
  const cache = testCache(testNode('n'));
  cache.assume(podStateOf(testPod('there', {}, { cpu: '2', memory: '0' })), 'n');
  return resourceScorer(strategy)(podStateOf(testPod('p', {}, { cpu: '1', memory: '2Gi' })), cache.nodes[0]!);
}

const shape = [
  { utilization: 0, score: 0 },
  { utilization: 50, score: 10 },
  { utilization: 100, score: 0 },
];

it.each<[ScoringStrategy, number]>([
  [{ type: 'LeastAllocated', resources }, 37],
  [{ type: 'MostAllocated', resources }, 62],
  [{ type: 'RequestedToCapacityRatio', resources, shape }, 50],
  [{ type: 'RequestedToCapacityRatio', resources, shape: [{ utilization: 80, score: 7 }] }, 70],
  [{ type: 'LeastAllocated', resources: [...resources, { name: 'example.com/gpu', weight: 9 }] }, 37],
])('%j scores %d', (strategy, expected) => expect(score(strategy)).toBe(expected));

it('leaves extended resources to others where it is told so', () => {
  const cache = testCache(testNode('n'));
  const pod = podStateOf(testPod('p', {}, { cpu: '1', 'example.com/gpu': '1', 'other.io/disk': '1' }));
  const verdict = (args = {}) => new NodeResourcesFit(args).filter(pod, cache.nodes[0]!);
  expect(verdict()).toMatchObject({ reasons: ['Insufficient example.com/gpu', 'Insufficient other.io/disk'] });
  expect(verdict({ ignoredResources: ['example.com/gpu', 'cpu'] })).toMatchObject({ reasons: ['Insufficient other.io/disk'] });
  expect(verdict({ ignoredResources: ['other.io/disk'], ignoredResourceGroups: ['example.com'] }).type).toBe('fits');
});
