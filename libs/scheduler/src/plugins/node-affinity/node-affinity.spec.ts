import type { NodeSelectorRequirement, NodeSelectorTerm } from '@keelson/api';
import { NodeState } from '../../state/node-state';
import { podStateOf } from '../../state/pod-state';
import { testNode, testPod } from '../../testing/objects';
import { NodeAffinity } from './node-affinity';

const plugin = new NodeAffinity();

function node(name: string, labels: Record<string, string> = {}) {
  const object = testNode(name);
  object.metadata.labels = labels;
  return object;
}

function stateOf(object: ReturnType<typeof node>): NodeState {
  const state = new NodeState(object.metadata.name);
  state.setNode(object);
  return state;
}

const requiring = (...nodeSelectorTerms: NodeSelectorTerm[]) =>
  podStateOf(testPod('p', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }));

const requirement = (key: string, operator: string, ...values: string[]) => ({ key, operator, values }) as NodeSelectorRequirement;

const fitsOn = (pod: ReturnType<typeof podStateOf>, labels: Record<string, string>, name = 'n') =>
  plugin.filter(pod, stateOf(node(name, labels))).type === 'fits';

describe('NodeAffinity', () => {
  it('keeps a pod to the nodes with all labels of its nodeSelector', () => {
    const pod = podStateOf(testPod('p', { nodeSelector: { disk: 'ssd', zone: 'a' } }));
    expect(fitsOn(pod, { disk: 'ssd', zone: 'a' })).toBe(true);
    expect(plugin.filter(pod, stateOf(node('n', { disk: 'ssd' })))).toEqual({
      type: 'unresolvable',
      reasons: ["node(s) didn't match Pod's node affinity/selector"],
    });
  });

  it('looks only at the nodes that every term names', () => {
    const named = requiring({ matchFields: [requirement('metadata.name', 'In', 'a')] });
    expect(plugin.preFilter(named)).toEqual({ nodeNames: new Set(['a']) });
    expect(fitsOn(named, {}, 'a')).toBe(true);
    expect(fitsOn(named, {}, 'b')).toBe(false);
    expect(plugin.preFilter(requiring({ matchExpressions: [requirement('k', 'Exists')] }))).toBe('continue');
  });

  it('has nothing to say of a pod that asks for nothing', () => {
    expect(plugin.preFilter(podStateOf(testPod('p')))).toBe('skip');
    expect(plugin.preScore(podStateOf(testPod('p')))).toBe(false);
  });

  it('adds up the weights of the preferences that a node meets', () => {
    const preferred = [
      { weight: 80, preference: { matchExpressions: [requirement('disk', 'In', 'ssd')] } },
      { weight: 20, preference: { matchExpressions: [requirement('zone', 'In', 'a')] } },
    ];
    const pod = podStateOf(testPod('p', { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } }));
    const scores = [{ disk: 'ssd', zone: 'a' }, { zone: 'a' }, {}].map((labels) => plugin.score(pod, stateOf(node('n', labels))));
    plugin.normalize(scores);
    expect(scores).toEqual([100, 20, 0]);
  });

  it('wakes a pod for a node that it may use now and could not use before', () => {
    const hint = plugin.requeueOn[1]!.hint as (...values: unknown[]) => boolean;
    const pod = podStateOf(testPod('p', { nodeSelector: { disk: 'ssd' } }));
    expect(hint(pod, node('n', { disk: 'ssd' }), node('n'))).toBe(true);
    expect(hint(pod, node('n', { disk: 'ssd' }), node('n', { disk: 'ssd' }))).toBe(false);
    expect(hint(pod, node('n'), undefined)).toBe(false);
  });
});
