import type { Affinity, Pod, PodAffinityTerm } from '@keelson/api';
import { FitError } from '../../framework/fit-error';
import type { SchedulerCache } from '../../state/scheduler-cache';
import { podStateOf } from '../../state/pod-state';
import { testCache, testNode, testPod, testSelector } from '../../testing/objects';

const term = (app: string, topologyKey = 'zone', more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
  ...more,
});
const near = (...terms: PodAffinityTerm[]): Affinity => ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } });
const apart = (...terms: PodAffinityTerm[]): Affinity => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } });
const drawn = (weight: number, podAffinityTerm: PodAffinityTerm): Affinity => ({
  podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
});
const repelled = (weight: number, podAffinityTerm: PodAffinityTerm): Affinity => ({
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
});

let serial = 0;
const app = (name: string, affinity: Affinity = {}, namespace = 'default'): Pod => {
  const pod = testPod(`pod-${serial++}`, { affinity }, {}, { app: name });
  return { ...pod, metadata: { ...pod.metadata, namespace } };
};

/** Two nodes in zone a, one in zone b, one in none. */
function zones(): SchedulerCache {
  const inZone = (name: string, zone: string) => testNode(name, {}, {}, { zone, host: name });
  return testCache(inZone('a1', 'a'), inZone('a2', 'a'), inZone('b1', 'b'), testNode('none', {}, {}, { host: 'none' }));
}

/** The names of the nodes that a pod may go to. */
function allowed(cache: SchedulerCache, pod: Pod): string[] {
  const names: string[] = [];
  for (const node of cache.nodes)
    try {
      names.push(testSelector(cache).select(podStateOf(pod), [node]).name);
    } catch (error) {
      if (!(error instanceof FitError)) throw error;
    }
  return names;
}

const choice = (cache: SchedulerCache, pod: Pod, args = {}) =>
  testSelector(cache, { pluginArgs: { InterPodAffinity: args } }).select(podStateOf(pod), cache.nodes).name;

function message(cache: SchedulerCache, pod: Pod): string {
  try {
    return testSelector(cache).select(podStateOf(pod), cache.nodes).name;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('required affinity', () => {
  it('keeps a pod to the domains of what it wants to be with', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db')), 'a1');
    expect(allowed(cache, app('web', near(term('db'))))).toEqual(['a1', 'a2']);
    expect(allowed(cache, app('web', near(term('db', 'host'))))).toEqual(['a1']);
  });

  it('wants one pod that meets every term, not one for each', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db')), 'a1');
    cache.assume(podStateOf(app('cache')), 'a1');
    expect(allowed(cache, app('web', near(term('db'), term('cache'))))).toEqual([]);
  });

  it('lets the first of a group go anywhere in the topology, and the others follow', () => {
    const cache = zones();
    const together = near(term('web'));
    expect(allowed(cache, app('web', together))).toEqual(['a1', 'a2', 'b1']);
    cache.assume(podStateOf(app('web', together)), 'b1');
    expect(allowed(cache, app('web', together))).toEqual(['b1']);
    expect(message(zones(), app('web', near(term('db'))))).toBe("0/4 nodes are available: 4 node(s) didn't match pod affinity rules.");
  });
});

describe('required anti-affinity', () => {
  it('keeps a pod out of the domains of what it does not want to be with, but not out of no domain', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db')), 'a1');
    expect(allowed(cache, app('web', apart(term('db'))))).toEqual(['b1', 'none']);
  });

  it('holds in the other direction too', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db', apart(term('web')))), 'a1');
    expect(allowed(cache, app('web'))).toEqual(['b1', 'none']);
    expect(allowed(cache, app('other'))).toHaveLength(4);
  });

  it('says which of the two it is', () => {
    const cache = zones();
    for (const node of ['a1', 'a2', 'b1', 'none']) cache.assume(podStateOf(app('db', apart(term('web', 'host')))), node);
    expect(message(cache, app('web'))).toBe("0/4 nodes are available: 4 node(s) didn't satisfy existing pods anti-affinity rules.");
    expect(message(cache, app('x', apart(term('db', 'host'))))).toBe(
      "0/4 nodes are available: 4 node(s) didn't match pod anti-affinity rules.",
    );
  });

  it('follows pods that go, and nodes that move to another zone or vanish', () => {
    const cache = zones();
    const pod = podStateOf(app('db'));
    const web = app('web', apart(term('db')));
    cache.assume(pod, 'a1');
    expect(allowed(cache, web)).toEqual(['b1', 'none']);
    cache.setNode(testNode('a1', {}, {}, { zone: 'b' }));
    expect(allowed(cache, web)).toEqual(['a2', 'none']);
    cache.removeNode('a1');
    expect(allowed(cache, web)).toEqual(['a2', 'b1', 'none']);
    cache.setNode(testNode('a1', {}, {}, { zone: 'a' }));
    expect(allowed(cache, web)).toEqual(['b1', 'none']);
    cache.removePod(pod.uid);
    expect(allowed(cache, web)).toHaveLength(4);
  });
});

describe('namespaces', () => {
  it('are by default those of the pod with the term', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db', {}, 'other')), 'a1');
    expect(allowed(cache, app('web', apart(term('db'))))).toHaveLength(4);
    expect(allowed(cache, app('web', apart(term('db', 'zone', { namespaces: ['other'] }))))).toEqual(['b1', 'none']);
    expect(allowed(cache, app('web', apart(term('db', 'zone', { namespaceSelector: {} }))))).toEqual(['b1', 'none']);
  });

  it('can be named and selected at once, and the labels are those of now', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db', {}, 'red')), 'a1');
    cache.assume(podStateOf(app('db', {}, 'blue')), 'b1');
    const both = apart(term('db', 'zone', { namespaces: ['red'], namespaceSelector: { matchLabels: { colour: 'blue' } } }));
    expect(allowed(cache, app('web', both))).toEqual(['b1', 'none']);
    cache.affinity.setNamespace('blue', { colour: 'blue' });
    expect(allowed(cache, app('web', both))).toEqual(['none']);
    cache.affinity.setNamespace('blue', undefined);
    expect(allowed(cache, app('web', both))).toEqual(['b1', 'none']);
  });

  it('select for a pod on a node whom its anti-affinity means', () => {
    const cache = zones();
    const selected = apart(term('web', 'zone', { namespaceSelector: { matchLabels: { colour: 'blue' } } }));
    cache.assume(podStateOf(app('db', selected)), 'a1');
    cache.affinity.setNamespace('blue', { colour: 'blue' });
    expect(allowed(cache, app('web', {}, 'blue'))).toEqual(['b1', 'none']);
    expect(allowed(cache, app('web', {}, 'red'))).toHaveLength(4);
  });
});

describe('preferences', () => {
  it('draw a pod to what it likes and away from what it does not', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db')), 'b1');
    expect(choice(cache, app('web', drawn(100, term('db'))))).toBe('b1');
    const crowd = zones();
    for (const node of ['a1', 'b1', 'none']) crowd.assume(podStateOf(app('db')), node);
    expect(choice(crowd, app('web', repelled(100, term('db', 'host'))))).toBe('a2');
  });

  it('of pods on nodes count as well, and their required affinity by hardPodAffinityWeight', () => {
    const cache = zones();
    cache.assume(podStateOf(app('db', drawn(50, term('web')))), 'b1');
    expect(choice(cache, app('web'))).toBe('b1');
    const hard = zones();
    hard.assume(podStateOf(app('web', near(term('web')))), 'b1');
    expect(choice(hard, app('web'))).toBe('b1');
    expect(choice(hard, app('web'), { hardPodAffinityWeight: 0 })).not.toBe('b1');
    expect(choice(cache, app('web'), { ignorePreferredTermsOfExistingPods: true })).not.toBe('b1');
  });

  it('are scaled between the least and the greatest, which may be below zero', () => {
    const cache = zones();
    const plugins = { score: { disabled: [{ name: '*' }], enabled: [{ name: 'InterPodAffinity' }] } };
    cache.assume(podStateOf(app('db')), 'a1');
    const selector = testSelector(cache, { plugins });
    expect(selector.select(podStateOf(app('web', repelled(1, term('db')))), cache.nodes).name).toBe('b1');
  });
});
