import { testNode, testPod } from '../testing/objects';
import { podStateOf } from './pod-state';
import { podRequests } from './resources';
import { SchedulerCache } from './scheduler-cache';

const onNode = (name: string, nodeName: string, cpu = '1') => podStateOf(testPod(name, { nodeName }, { cpu }));

describe('SchedulerCache', () => {
  it('counts a bound pod once, although it was assumed before and is confirmed twice', () => {
    const cache = new SchedulerCache();
    cache.setNode(testNode('a'));
    cache.assume(podStateOf(testPod('p', {}, { cpu: '1' })), 'a');
    cache.confirm(onNode('p', 'a'));
    cache.confirm(onNode('p', 'a'));
    expect(cache.nodes[0]!.requested.get('cpu')).toBe(1000);
    expect(cache.isAssumed('p')).toBe(false);
  });

  it('believes the apiserver about the node when it differs from the assumption', () => {
    const cache = new SchedulerCache();
    cache.setNode(testNode('a'));
    cache.setNode(testNode('b'));
    cache.assume(podStateOf(testPod('p', {}, { cpu: '1' })), 'a');
    cache.confirm(onNode('p', 'b'));
    expect(cache.forget('p')).toBe(false);
    expect(cache.nodes.map(({ name, pods }) => [name, pods.size])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('keeps the pods of a node that vanishes and comes back', () => {
    const cache = new SchedulerCache();
    cache.confirm(onNode('p', 'a'));
    cache.setNode(testNode('a'));
    cache.removeNode('a');
    expect(cache.nodes).toEqual([]);
    cache.setNode(testNode('a'));
    expect(cache.nodes[0]!.pods.has('p')).toBe(true);
  });

  it('agrees with a recomputation from scratch after any sequence of changes', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const cache = new SchedulerCache();
    const truth = new Map<string, ReturnType<typeof onNode>>();
    for (const name of ['n0', 'n1', 'n2']) cache.setNode(testNode(name));
    for (let step = 0; step < 2000; step++) {
      const pod = onNode(`p${random(20)}`, `n${random(3)}`, `${random(900) + 1}m`);
      switch (random(4)) {
        case 0:
          cache.confirm(pod);
          truth.set(pod.uid, pod);
          break;
        case 1:
          cache.removePod(pod.uid);
          truth.delete(pod.uid);
          break;
        case 2:
          if (truth.has(pod.uid)) break;
          cache.assume(pod, pod.pod.spec.nodeName!);
          truth.set(pod.uid, pod);
          break;
        default:
          if (cache.forget(pod.uid)) truth.delete(pod.uid);
      }
      for (const node of cache.nodes) {
        const expected = [...truth.values()].filter(({ pod: { spec } }) => spec.nodeName === node.name);
        expect(node.pods.size).toBe(expected.length);
        expect(node.requested.get('cpu') ?? 0).toBe(expected.reduce((sum, { requests }) => sum + requests.get('cpu')!, 0));
      }
    }
  });
});

describe('podRequests', () => {
  const container = (cpu: string, restartPolicy?: string) => ({
    name: cpu,
    resources: { requests: { cpu } },
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  });

  it.each([
    ['sums containers', { containers: [container('1'), container('2')] }, 3000],
    [
      'takes the greatest init container when that is more',
      { containers: [container('1')], initContainers: [container('2'), container('4')] },
      4000,
    ],
    ['adds a sidecar to the containers', { containers: [container('1')], initContainers: [container('2', 'Always')] }, 3000],
    [
      'adds a sidecar to later init containers only',
      { containers: [container('1')], initContainers: [container('5'), container('2', 'Always'), container('4')] },
      6000,
    ],
    [
      'puts pod-level requests in place of the sum, and overhead on top',
      { containers: [container('1')], resources: { requests: { cpu: '7' } }, overhead: { cpu: '250m' } },
      7250,
    ],
  ])('%s', (_name, spec, expected) => {
    expect(podRequests(testPod('p', spec)).get('cpu')).toBe(expected);
  });
});
