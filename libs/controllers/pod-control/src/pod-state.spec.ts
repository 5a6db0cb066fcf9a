import type { Pod } from '@keelson/api';
import { untilAvailable } from './pod-state';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const readySince = (lastTransitionTime: string, status: 'True' | 'False' = 'True'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: lastTransitionTime },
  spec: { containers: [] },
  status: { conditions: [{ type: 'Ready', status, lastTransitionTime }] },
});

describe('untilAvailable', () => {
  it('is what is left of the time that a pod must have been ready for', () => {
    expect(untilAvailable(readySince('2025-12-31T23:59:57Z'), 10, NOW)).toBe(7000);
    expect(untilAvailable(readySince('2025-12-31T23:00:00Z'), 10, NOW)).toBe(0);
    expect(untilAvailable(readySince('2025-12-31T23:00:00Z', 'False'), 10, NOW)).toBeUndefined();
  });

  it('takes a ready pod as available at once where no time is asked for, although the clock of its node is ahead', () => {
    expect(untilAvailable(readySince('2026-01-01T00:01:00Z'), 0, NOW)).toBe(0);
  });
});
