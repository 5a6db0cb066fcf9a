import { tolerates } from '@keelson/api';
import { fitErrorMessage } from '../framework/fit-error';
import { normalizeScores } from '../framework/normalize-score';
import { unresolvable, unschedulable } from '../framework/verdict';
import { NodeState } from '../state/node-state';
import { podStateOf } from '../state/pod-state';
import { testNode, testPod } from '../testing/objects';
import { NodeName } from './node-name/node-name';
import { NodePorts } from './node-ports/node-ports';
import { NodeResourcesFit } from './node-resources-fit/node-resources-fit';
import { NodeUnschedulable } from './node-unschedulable/node-unschedulable';
import { TaintToleration } from './taint-toleration/taint-toleration';

function stateOf(node: ReturnType<typeof testNode>, ...pods: ReturnType<typeof testPod>[]): NodeState {
  const state = new NodeState(node.metadata.name);
  state.setNode(node);
  for (const pod of pods) state.addPod(podStateOf(pod));
  return state;
}

const withPort = (name: string, hostPort: number, hostIP = '', protocol = 'TCP') =>
  testPod(name, { containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort, hostIP, protocol }] }] });

describe('NodePorts', () => {
  it.each([
    ['the same port', withPort('b', 80), 'unschedulable'],
    ['another port', withPort('b', 81), 'fits'],
    ['another protocol', withPort('b', 80, '', 'UDP'), 'fits'],
    ['one address against every address', withPort('b', 80, '10.0.0.1'), 'unschedulable'],
  ])('says of %s', (_name, pod, type) => {
    expect(new NodePorts().filter(podStateOf(pod), stateOf(testNode('n'), withPort('a', 80))).type).toBe(type);
  });

  it('lets two addresses share a port number', () => {
    const node = stateOf(testNode('n'), withPort('a', 80, '10.0.0.1'));
    expect(new NodePorts().filter(podStateOf(withPort('b', 80, '10.0.0.2')), node).type).toBe('fits');
  });
});

describe('NodeResourcesFit', () => {
  const fit = new NodeResourcesFit();

  it('takes a pod that fills the node exactly and refuses one that is a thousandth of a core more', () => {
    const node = stateOf(testNode('n'), testPod('a', {}, { cpu: '3' }));
    expect(fit.filter(podStateOf(testPod('b', {}, { cpu: '1' })), node).type).toBe('fits');
    expect(fit.filter(podStateOf(testPod('b', {}, { cpu: '1001m' })), node)).toEqual(unschedulable('Insufficient cpu'));
  });

  it('calls a request beyond the whole node unresolvable, and names everything that is short', () => {
    const node = stateOf(testNode('n', {}, { pods: '0' }));
    const verdict = fit.filter(podStateOf(testPod('b', {}, { cpu: '5', 'example.com/gpu': '1' })), node);
    expect(verdict).toEqual(unresolvable('Too many pods', 'Insufficient cpu', 'Insufficient example.com/gpu'));
  });

  it('prefers the emptier node', () => {
    const pod = podStateOf(testPod('b', {}, { cpu: '1', memory: '1Gi' }));
    expect(fit.score(pod, stateOf(testNode('n')))).toBe(81);
    expect(fit.score(pod, stateOf(testNode('n'), testPod('a', {}, { cpu: '2', memory: '4Gi' })))).toBe(31);
  });
});

describe('TaintToleration', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoSchedule' };

  it.each([
    [{ key: 'k', value: 'v', effect: 'NoSchedule' }, true],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ key: 'k', value: 'other' }, false],
    [{ key: 'k', value: 'v', effect: 'NoExecute' }, false],
  ])('takes %j for a toleration of k=v:NoSchedule: %s', (toleration, expected) => {
    expect(tolerates(toleration, taint)).toBe(expected);
  });

  it('wakes a pod only for a node whose taints stood in its way and no longer do', () => {
    const hint = new TaintToleration().requeueOn[1]!.hint as (...values: unknown[]) => boolean;
    const pod = podStateOf(testPod('p'));
    expect(hint(pod, testNode('n'), testNode('n', { taints: [taint] }))).toBe(true);
    expect(hint(pod, testNode('n'), testNode('n'))).toBe(false);
    expect(hint(pod, testNode('n', { taints: [taint] }), undefined)).toBe(false);
  });
});

it('keeps pods off a cordoned node, but for those that tolerate it', () => {
  const node = stateOf(testNode('n', { unschedulable: true }));
  const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
  expect(new NodeUnschedulable().filter(podStateOf(testPod('p')), node)).toEqual(unresolvable('node(s) were unschedulable'));
  expect(new NodeUnschedulable().filter(podStateOf(testPod('p', { tolerations })), node).type).toBe('fits');
});

it('keeps a pod that names a node off the others', () => {
  expect(new NodeName().filter(podStateOf(testPod('p', { nodeName: 'b' })), stateOf(testNode('a'))).type).toBe('unresolvable');
});

it('words a fit error as upstream: reasons counted, sorted as text, absent nodes included', () => {
  const rejections = [
    unresolvable('node(s) had untolerated taint(s)'),
    unschedulable('Insufficient cpu'),
    unschedulable('Insufficient cpu'),
  ];
  expect(fitErrorMessage({ nodeCount: 4, rejections, absentReasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"] })).toBe(
    "0/4 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity], 1 node(s) had untolerated taint(s), 2 Insufficient cpu.",
  );
});

it('makes the least score the best when it normalizes in reverse, and all the best when all are zero', () => {
  const scores = [0, 1, 4];
  normalizeScores(scores, { reverse: true });
  expect(scores).toEqual([100, 75, 0]);
  const zeros = [0, 0];
  normalizeScores(zeros, { reverse: true });
  expect(zeros).toEqual([100, 100]);
});
