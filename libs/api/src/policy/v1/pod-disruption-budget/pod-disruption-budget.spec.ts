import type { PodDisruptionBudget } from '../../../generated/policy/v1';
import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import { podDisruptionBudget } from './strategy';

const testBudget = (fields: Partial<PodDisruptionBudget> = {}): PodDisruptionBudget => ({ metadata: storedMeta(), spec: {}, ...fields });
const counts = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
const status = podDisruptionBudget.subresources?.['status'];

describe('a PodDisruptionBudget', () => {
  it('says how many must stay or how many may go, and not both', () => {
    const spec = { minAvailable: '101%', maxUnavailable: 1, unhealthyPodEvictionPolicy: 'Never' };
    expect(problems((path, errors) => podDisruptionBudget.validate?.(testBudget({ spec }), path, errors))).toEqual([
      expect.stringMatching(/^spec: Invalid value: .*: minAvailable and maxUnavailable cannot be both set$/),
      expect.stringMatching(/^spec.minAvailable: Invalid value: "101%"/),
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ]);
  });

  it('takes no negative counts, and nothing but its status from who counts', () => {
    const next = testBudget({ spec: { maxUnavailable: 5 }, status: { ...counts, expectedPods: -1 } });
    status?.prepareForUpdate?.(next, testBudget(), testOrigin);
    expect(next.spec).toEqual({});
    expect(problems((path, errors) => status?.validateUpdate?.(next, testBudget(), path, errors))).toEqual([
      'status.expectedPods: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});
