import type { Affinity, PodAffinityTerm } from '@keelson/api';
import { answers, type ClusterEvent } from '../../queue/cluster-event';
import { podStateOf, type PodState } from '../../state/pod-state';
import { testNode, testPod } from '../../testing/objects';
import { affinityRequeues } from './requeue-hints';

const term: PodAffinityTerm = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } } };
const near: Affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
const apart: Affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };

const pod = (name: string, app: string, affinity: Affinity = {}): PodState => podStateOf(testPod(name, { affinity }, {}, { app }));
const node = (labels: Record<string, string>) => testNode('n', {}, {}, labels);
const wakes = (waiting: PodState, event: ClusterEvent) => affinityRequeues.some((requeue) => answers(requeue, waiting, event));

const wantsDb = pod('p', 'web', near);
const shunsDb = pod('p', 'web', apart);

it.each<[string, PodState, ClusterEvent, boolean]>([
  ['a pod that it wants comes', wantsDb, { resource: 'pods', on: 'add', pod: pod('q', 'db') }, true],
  ['another pod comes', wantsDb, { resource: 'pods', on: 'add', pod: pod('q', 'web') }, false],
  ['a pod that it shuns goes', shunsDb, { resource: 'pods', on: 'delete', pod: pod('q', 'db') }, true],
  ['a pod goes that shuns it', pod('p', 'db'), { resource: 'pods', on: 'delete', pod: pod('q', 'x', apart) }, true],
  ['a pod goes that nobody shuns', wantsDb, { resource: 'pods', on: 'delete', pod: pod('q', 'db') }, false],
  ['a pod becomes one that it wants', wantsDb, { resource: 'pods', on: 'update', pod: pod('q', 'db'), before: pod('q', 'x') }, true],
  ['a pod is one no more that it shuns', shunsDb, { resource: 'pods', on: 'update', pod: pod('q', 'x'), before: pod('q', 'db') }, true],
  ['a pod becomes one that it shuns', shunsDb, { resource: 'pods', on: 'update', pod: pod('q', 'db'), before: pod('q', 'x') }, false],
  ['its own labels change', wantsDb, { resource: 'self', on: 'update', pod: pod('p', 'y', near), before: wantsDb }, true],
  ['another waiting pod changes', wantsDb, { resource: 'self', on: 'update', pod: pod('q', 'y'), before: pod('q', 'x') }, false],
  ['a node comes into the topology', wantsDb, { resource: 'nodes', on: 'add', after: node({ zone: 'a' }), before: undefined }, true],
  ['a node comes outside of it', wantsDb, { resource: 'nodes', on: 'add', after: node({}), before: undefined }, false],
  ['a node comes anywhere', shunsDb, { resource: 'nodes', on: 'add', after: node({}), before: undefined }, true],
  ['a node enters a domain', wantsDb, { resource: 'nodes', on: 'update', after: node({ zone: 'a' }), before: node({}) }, true],
  ['a node leaves its domain', shunsDb, { resource: 'nodes', on: 'update', after: node({}), before: node({ zone: 'a' }) }, true],
  ['a node leaves what it wants', wantsDb, { resource: 'nodes', on: 'update', after: node({}), before: node({ zone: 'a' }) }, false],
  [
    'a node enters a domain, for one that shuns',
    shunsDb,
    { resource: 'nodes', on: 'update', after: node({ zone: 'a' }), before: node({}) },
    false,
  ],
])('when %s', (_when, waiting, event, expected) => expect(wakes(waiting, event)).toBe(expected));
