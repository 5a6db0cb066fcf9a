import type { Namespace } from '../../../generated/core/v1';
import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import { defaultNamespace } from './defaults';
import { namespace as kind } from './strategy';
import { validateNamespace, validateNamespaceStatusUpdate } from './validation';

const testNamespace = (fields: Partial<Namespace> = {}): Namespace => ({ metadata: storedMeta({ name: 'team' }), spec: {}, ...fields });

describe('a namespace', () => {
  it('is created active, held by its finalizer, and labelled with its name', () => {
    const created = testNamespace({ spec: { finalizers: ['example.com/x'] } });
    defaultNamespace(created);
    kind.prepareForCreate?.(created, testOrigin);
    expect(created).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'team' } },
      spec: { finalizers: ['example.com/x', 'kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('changes its finalizers by finalize alone', () => {
    const previous = testNamespace({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } });
    const updated = testNamespace();
    kind.prepareForUpdate?.(updated, previous);
    expect(updated.spec.finalizers).toEqual(['kubernetes']);
    const finalized = testNamespace();
    kind.subresources?.['finalize']?.prepareForUpdate?.(finalized, previous, testOrigin);
    expect(finalized).toMatchObject({ spec: {}, status: { phase: 'Terminating' } });
    expect(finalized.spec.finalizers).toBeUndefined();
  });

  it('refuses a finalizer that nobody knows', () => {
    expect(problems((path, errors) => validateNamespace(testNamespace({ spec: { finalizers: ['mine'] } }), path, errors))).toEqual([
      'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ]);
  });

  it('ends only once it is deleted', () => {
    const next = testNamespace({ status: { phase: 'Terminating' } });
    expect(problems((path, errors) => validateNamespaceStatusUpdate(next, testNamespace(), path, errors))).toEqual([
      'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
    ]);
  });
});
