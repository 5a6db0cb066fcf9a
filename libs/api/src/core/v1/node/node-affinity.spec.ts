import type { Node, NodeSelectorRequirement } from '../../../generated/core/v1';
import { matchesNodeAffinity, matchesNodeSelector, nodesNamedBy } from './node-affinity';

const requirement = (key: string, operator: string, ...values: string[]) => ({ key, operator, values }) as NodeSelectorRequirement;

const node = (labels: Record<string, string>, name = 'n') => ({ metadata: { name, labels } }) as Node;

describe('node affinity', () => {
  it('asks for all labels of the nodeSelector', () => {
    const spec = { nodeSelector: { disk: 'ssd', zone: 'a' } };
    expect(matchesNodeAffinity(spec, node({ disk: 'ssd', zone: 'a' }))).toBe(true);
    expect(matchesNodeAffinity(spec, node({ disk: 'ssd' }))).toBe(false);
  });

  it('asks for the required affinity besides', () => {
    const nodeSelectorTerms = [{ matchExpressions: [requirement('zone', 'Exists')] }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
    expect(matchesNodeAffinity({ nodeSelector: { disk: 'ssd' }, affinity }, node({ disk: 'ssd' }))).toBe(false);
    expect(matchesNodeAffinity({ nodeSelector: { disk: 'ssd' }, affinity }, node({ disk: 'ssd', zone: 'a' }))).toBe(true);
  });

  it.each([
    [requirement('k', 'In', 'a', 'b'), { k: 'b' }, true],
    [requirement('k', 'In', 'a'), {}, false],
    [requirement('k', 'NotIn', 'a'), {}, true],
    [requirement('k', 'NotIn', 'a'), { k: 'a' }, false],
    [requirement('k', 'Exists'), { k: '' }, true],
    [requirement('k', 'DoesNotExist'), { k: '' }, false],
    [requirement('k', 'Gt', '9'), { k: '10' }, true],
    [requirement('k', 'Gt', '9'), { k: '9' }, false],
    [requirement('k', 'Gt', '-1'), { k: '' }, false],
    [requirement('k', 'Lt', '9'), { k: '8' }, true],
    [requirement('k', 'Lt', '9'), { k: '8.5' }, false],
    [requirement('k', 'Lt', '9007199254740993'), { k: '9007199254740992' }, true],
    [requirement('k', 'Like', 'a'), { k: 'a' }, false],
  ])('reads %j on %j as %s', (expression, labels, expected) => {
    expect(matchesNodeSelector({ nodeSelectorTerms: [{ matchExpressions: [expression] }] }, node(labels))).toBe(expected);
  });

  it('takes terms as alternatives, and an empty term as none', () => {
    const either = ['a', 'b'].map((value) => ({ matchExpressions: [requirement('k', 'In', value)] }));
    expect(matchesNodeSelector({ nodeSelectorTerms: either }, node({ k: 'b' }))).toBe(true);
    expect(matchesNodeSelector({ nodeSelectorTerms: [{}] }, node({ k: 'b' }))).toBe(false);
    expect(matchesNodeSelector({ nodeSelectorTerms: [] }, node({ k: 'b' }))).toBe(false);
  });

  it('knows of a field only the name', () => {
    const matches = (...fields: NodeSelectorRequirement[]) =>
      matchesNodeSelector({ nodeSelectorTerms: [{ matchFields: fields }] }, node({}));
    expect(matches(requirement('metadata.name', 'In', 'n'))).toBe(true);
    expect(matches(requirement('metadata.name', 'NotIn', 'n'))).toBe(false);
    expect(matches(requirement('spec.podCIDR', 'NotIn', 'n'))).toBe(false);
  });

  it('names the nodes where every term does', () => {
    const named = (...names: string[]) => ({ matchFields: [requirement('metadata.name', 'In', ...names)] });
    const anywhere = { matchExpressions: [requirement('k', 'Exists')] };
    expect(nodesNamedBy({ nodeSelectorTerms: [named('a'), named('b', 'c')] })).toEqual(new Set(['a', 'b', 'c']));
    expect(nodesNamedBy({ nodeSelectorTerms: [named('a'), anywhere] })).toBeUndefined();
    const both = { matchFields: [...named('a', 'b').matchFields, ...named('b').matchFields] };
    expect(nodesNamedBy({ nodeSelectorTerms: [both] })).toEqual(new Set(['b']));
  });
});
