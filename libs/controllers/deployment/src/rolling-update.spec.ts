import type { Deployment, ReplicaSet } from '@keelson/api';
import { scaleProportionally } from './rolling-update';

const deploymentOf = (replicas: number, present: number): Deployment =>
  ({
    metadata: { name: 'web' },
    spec: { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
    status: { replicas: present },
  }) as unknown as Deployment;

const setOf = (name: string, replicas: number, max?: number): ReplicaSet =>
  ({
    metadata: {
      name,
      creationTimestamp: name === 'new' ? '2026-01-02T00:00:00Z' : '2026-01-01T00:00:00Z',
      annotations: max === undefined ? {} : { 'deployment.kubernetes.io/max-replicas': String(max) },
    },
    spec: { replicas },
  }) as unknown as ReplicaSet;

const sizes = (deployment: Deployment, newSet: ReplicaSet, old: ReplicaSet) =>
  Object.fromEntries(scaleProportionally(deployment, newSet, [old]).map(({ set, replicas }) => [set.metadata.name, replicas]));

describe('scaleProportionally', () => {
  it('keeps the part that a set had of what the deployment might have had, not of what it has', () => {
    // The old set lost three of its ten pods for the rollout: what is free of the new size goes to the largest.
    expect(sizes(deploymentOf(20, 8), setOf('new', 1, 10), setOf('old', 7, 10))).toEqual({ old: 18, new: 2 });
  });

  it('goes by the pods there are where a set does not tell what might have been', () => {
    expect(sizes(deploymentOf(20, 10), setOf('new', 5), setOf('old', 5))).toEqual({ old: 10, new: 10 });
    expect(sizes(deploymentOf(20, 0), setOf('new', 5), setOf('old', 5))).toEqual({ new: 15 });
  });

  it('leaves nothing of any set when the deployment is scaled to nothing', () => {
    expect(sizes(deploymentOf(0, 10), setOf('new', 3, 10), setOf('old', 7, 10))).toEqual({ old: 0, new: 0 });
  });
});
