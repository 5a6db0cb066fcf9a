import { daemonSet } from './apps/v1/daemon-set/strategy';
import { deployment } from './apps/v1/deployment/strategy';
import { replicaSet } from './apps/v1/replica-set/strategy';
import { problems, storedMeta } from './testing/problems';

type Rules = typeof deployment | typeof replicaSet | typeof daemonSet;

const on = (kind: Rules, status: object, previous: object = {}) =>
  problems((path, errors) =>
    kind.subresources?.['status']?.validateUpdate?.(
      { metadata: storedMeta(), status } as never,
      { metadata: storedMeta(), status: previous } as never,
      path,
      errors,
    ),
  );

describe('the counts in the status of a workload', () => {
  it('are no more than there are pods, and of those available no more than of those ready', () => {
    expect(on(replicaSet, { replicas: 3, readyReplicas: 2, availableReplicas: 1 })).toEqual([]);
    expect(on(replicaSet, { replicas: 1, readyReplicas: 2, availableReplicas: 3 })).toEqual([
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas',
    ]);
  });

  it('are not negative', () => {
    expect(on(daemonSet, { numberReady: -1 })).toEqual(['status.numberReady: Invalid value: -1: must be greater than or equal to 0']);
  });

  it('do not forget a collision', () => {
    expect(on(deployment, { collisionCount: 1 }, { collisionCount: 2 })).toEqual([
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
    expect(on(deployment, {}, { collisionCount: 2 })).toEqual(['status.collisionCount: Invalid value: 0: cannot be decremented']);
  });
});
