import type { Node } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { isNodeReady } from './conditions';
import { defaultNode } from './defaults';
import { columns } from './table';
import { validateNode, validateNodeUpdate } from './validation';

const testNode = (fields: Partial<Node> = {}): Node => ({ metadata: storedMeta({ name: 'n1' }), spec: {}, ...fields });
const row = (node: Node) => columns.map((column) => column.value(node, { age: () => '5m', now: () => 0 }));

describe('a node', () => {
  it('offers all it has unless it says otherwise', () => {
    const node = testNode({ status: { capacity: { cpu: '4000m' } } });
    defaultNode(node);
    expect(node.status?.allocatable).toEqual({ cpu: '4' });
  });

  it('may not have a taint twice with one effect, nor one without an effect', () => {
    const taints = [
      { key: 'a', effect: 'NoSchedule' },
      { key: 'a', effect: 'NoSchedule', value: 'x' },
      { key: 'b', effect: '' },
    ];
    expect(problems((path, errors) => validateNode(testNode({ spec: { taints } }), path, errors))).toEqual([
      'metadata.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule","value":"x"}: taints must be unique by key and effect pair',
      'metadata.taints[2].effect: Required value',
    ]);
  });

  it('keeps its range and its identity once they are set', () => {
    const previous = testNode({ spec: { podCIDRs: ['10.1.0.0/24'], providerID: 'docker://n1' } });
    const next = testNode({ spec: { podCIDRs: ['10.2.0.0/24'] } });
    expect(problems((path, errors) => validateNodeUpdate(next, previous, path, errors))).toEqual([
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ]);
    expect(problems((path, errors) => validateNodeUpdate(previous, testNode(), path, errors))).toEqual([]);
  });

  it('shows whether it is ready, what it is for, and where it is', () => {
    const node = testNode({
      metadata: storedMeta({ name: 'n1', labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' } }),
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'Unknown' }], addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] },
    });
    expect(row(node)).toEqual([
      'n1',
      'NotReady,SchedulingDisabled',
      'control-plane,worker',
      '5m',
      '',
      '10.0.0.1',
      '<none>',
      '<unknown>',
      '<unknown>',
      '<unknown>',
    ]);
    expect(isNodeReady(node)).toBe(false);
    expect(row(testNode())[1]).toBe('Unknown');
  });
});
