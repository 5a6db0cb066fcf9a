import { testContainer } from '../../../testing/pods';
import { storedMeta } from '../../../testing/problems';
import type { ReplicaSet } from '../../../generated/apps/v1';
import { replicaSet } from './strategy';

describe('a ReplicaSet', () => {
  it('runs one pod unless it says otherwise, and gets no labels from its template', () => {
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [testContainer()] } } as never;
    const object: ReplicaSet = { metadata: storedMeta(), spec: { selector: { matchLabels: { app: 'web' } }, template } };
    replicaSet.defaults?.(object);
    expect(object.spec.replicas).toBe(1);
    expect(object.metadata.labels).toBeUndefined();
  });
});
