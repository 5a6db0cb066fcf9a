import { testNode, testPod } from '../testing/objects';
import { AffinityIndex } from './affinity-index';
import { AffinityTerm } from './affinity-term';
import { podStateOf } from './pod-state';

const zone = (name: string) => testNode('n', {}, {}, { zone: name }).metadata.labels ?? {};
const term = (app: string) => new AffinityTerm({ topologyKey: 'zone', labelSelector: { matchLabels: { app } } }, 'default');
const pod = (name: string, app: string) => podStateOf(testPod(name, {}, {}, { app }));

describe('AffinityIndex', () => {
  it('keeps a count up to date between two questions', () => {
    const index = new AffinityIndex();
    const ask = () => index.countsOf([term('db')])[0]?.at(zone('a'));
    const first = pod('p', 'db');
    index.add(first, zone('a'));
    expect(ask()).toBe(1);
    index.add(pod('q', 'db'), zone('a'));
    index.add(pod('r', 'web'), zone('a'));
    index.add(pod('s', 'db'), zone('b'));
    expect(ask()).toBe(2);
    index.remove(first);
    index.remove(first);
    expect(ask()).toBe(1);
  });

  it('counts anew what has not been asked for so long that it was let go', () => {
    const index = new AffinityIndex();
    index.add(pod('p', 'db'), zone('a'));
    index.countsOf([term('db')]);
    for (let other = 0; other < 300; other++) index.countsOf([term(`app-${other}`)]);
    index.add(pod('q', 'db'), zone('a'));
    expect(index.countsOf([term('db')])[0]?.at(zone('a'))).toBe(2);
  });

  it('takes the same term of two pods for one, and forgets it with the last of them', () => {
    const index = new AffinityIndex();
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: {} }] } };
    const holders = ['p', 'q'].map((name) => podStateOf(testPod(name, { affinity })));
    for (const holder of holders) index.add(holder, zone('a'));
    const meaning = () => index.holdersMeaning('requiredAntiAffinity', pod('x', 'any'));
    expect(meaning().map(({ counts }) => counts.at(zone('a')))).toEqual([2]);
    for (const holder of holders) index.remove(holder);
    expect(meaning()).toEqual([]);
  });
});

it('an affinity term without a label selector means no pod, and one with an empty selector every pod of its namespaces', () => {
  const means = (labelSelector?: object) =>
    new AffinityTerm({ topologyKey: 'zone', ...(labelSelector === undefined ? {} : { labelSelector }) }, 'default').matches(
      testPod('p'),
      undefined,
    );
  expect([means(), means({})]).toEqual([false, true]);
});
