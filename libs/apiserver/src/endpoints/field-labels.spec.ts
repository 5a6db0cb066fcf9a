import { fieldLabels } from './field-labels';

const own = { selectableFields: { 'spec.nodeName': () => '' } };

describe('fieldLabels', () => {
  it('knows name and namespace of a kind without fields of its own, and tells them', () => {
    const labels = fieldLabels({}, { namespaced: true });
    expect(labels.stored('metadata.namespace')).toBe('metadata.namespace');
    expect(labels.stored('spec.nodeName')).toBeUndefined();
    expect(labels.problem('x')).toBe('"x" is not a known field selector: only "metadata.name", "metadata.namespace"');
  });

  it('knows no namespace of a kind with fields of its own that lives in none', () => {
    expect(fieldLabels(own, { namespaced: false }).stored('metadata.namespace')).toBeUndefined();
    expect(fieldLabels(own, { namespaced: true }).stored('metadata.namespace')).toBe('metadata.namespace');
    expect(fieldLabels(own, { namespaced: true }).problem('x')).toBe('field label not supported: x');
  });

  it('finds the stored field behind the name that another version has for it, and not by the stored name', () => {
    const labels = fieldLabels(own, { namespaced: true }, new Map([['regarding.node', 'spec.nodeName']]));
    expect(labels.stored('regarding.node')).toBe('spec.nodeName');
    expect(labels.stored('spec.nodeName')).toBeUndefined();
  });
});
