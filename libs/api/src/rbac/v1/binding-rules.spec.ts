import { problems, storedMeta } from '../../testing/problems';
import type { RoleBinding, Subject } from '../../generated/rbac/v1';
import { defaultBinding, validateBinding } from './binding-rules';

const on = (subject: Subject) => {
  const binding: RoleBinding = {
    metadata: storedMeta(),
    roleRef: { apiGroup: '', kind: 'ClusterRole', name: 'view' },
    subjects: [subject],
  };
  defaultBinding(binding);
  return problems((path, errors) => validateBinding(binding, path, errors, { namespaced: false }));
};

describe('the subjects of a binding', () => {
  it('are users of any name, and service accounts that can be', () => {
    expect(on({ kind: 'User', name: 'Jane Doe' })).toEqual([]);
    expect(on({ kind: 'ServiceAccount', namespace: 'default', name: 'builder' })).toEqual([]);
    expect(on({ kind: 'ServiceAccount', namespace: 'default', name: 'Jane Doe' })[0]).toContain(
      'subjects[0].name: Invalid value: "Jane Doe"',
    );
  });
});
