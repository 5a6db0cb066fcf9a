import { problems, storedMeta } from '../../../testing/problems';
import type { ClusterRole } from '../../../generated/rbac/v1';
import { validateClusterRole } from './validation';

const on = (role: Partial<ClusterRole>) =>
  problems((path, errors) => validateClusterRole({ metadata: storedMeta(), rules: [], ...role }, path, errors));

describe('a ClusterRole', () => {
  it('that is put together from others says from which', () => {
    expect(on({ aggregationRule: { clusterRoleSelectors: [{ matchLabels: { kind: 'part' } }] } })).toEqual([]);
    expect(on({ aggregationRule: {} })).toEqual([
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ]);
    const fields = on({ aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'bad key!': 'x' } }] } }).map(
      (problem) => problem.split(': ')[0],
    );
    expect(fields).toEqual(['aggregationRule.clusterRoleSelectors[0].matchLabels', 'aggregationRule.clusterRoleSelectors[0]']);
  });
});
