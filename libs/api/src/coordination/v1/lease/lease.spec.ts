import type { Lease, LeaseSpec } from '../../../generated/coordination/v1';
import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import { lease } from './strategy';

const testLease = (spec: LeaseSpec): Lease => ({ metadata: storedMeta(), spec });

describe('a Lease', () => {
  it('lasts some time and has not changed hands less than never', () => {
    const object = testLease({ leaseDurationSeconds: 0, leaseTransitions: -1, preferredHolder: 'a' });
    expect(problems((path, errors) => lease.validate?.(object, path, errors))).toEqual([
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
      'spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined',
    ]);
  });

  it('has no strategy while that feature is off, unless another server gave it one', () => {
    const coordinated = (): Lease => testLease({ strategy: 'OldestEmulationVersion', preferredHolder: 'a' });
    const created = coordinated();
    lease.prepareForCreate?.(created, testOrigin);
    expect(created.spec).toEqual({});
    const kept = coordinated();
    lease.prepareForUpdate?.(kept, coordinated());
    expect(kept.spec).toEqual(coordinated().spec);
  });
});
