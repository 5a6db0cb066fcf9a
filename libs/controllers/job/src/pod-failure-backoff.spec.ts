import type { Pod } from '@keelson/api';
import { NO_FAILURES, recordFinished, untilRetry } from './pod-failure-backoff';

const finishedAt = (second: number): Pod =>
  ({
    metadata: { creationTimestamp: '1970-01-01T00:00:00Z' },
    spec: {},
    status: { containerStatuses: [{ state: { terminated: { finishedAt: new Date(second * 1000).toISOString() } } }] },
  }) as Pod;

describe('the pod failure back-off', () => {
  it.each([
    [1, 10],
    [2, 20],
    [6, 320],
    [7, 600],
    [50, 600],
  ])('after %d failures is %d seconds', (failures, seconds) => {
    expect(untilRetry({ failures, lastFailure: 1000 }, 1000)).toBe(seconds * 1000);
  });

  it('starts over with a success, and counts only the failures after it', () => {
    const record = recordFinished(NO_FAILURES, [], [finishedAt(1), finishedAt(2)]);
    expect(record).toEqual({ failures: 2, lastFailure: 2000 });
    expect(recordFinished(record, [finishedAt(5)], [])).toEqual(NO_FAILURES);
    expect(recordFinished(record, [finishedAt(5)], [finishedAt(4), finishedAt(7)])).toEqual({ failures: 1, lastFailure: 7000 });
  });
});
