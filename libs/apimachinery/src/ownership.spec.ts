import { controllerOf, isControlledBy, ownerReferenceTo } from './ownership';

const object = (name: string, uid: string) => ({
  metadata: { name, uid, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
});

describe('ownership', () => {
  it('recognises a controller by its uid, since a namesake may have taken its place', () => {
    const set = object('web', 'first');
    const reference = ownerReferenceTo(set, { group: 'apps', version: 'v1', kind: 'ReplicaSet' });
    const pod = {
      metadata: { ...object('web-1', 'p').metadata, ownerReferences: [{ ...reference, uid: 'other', controller: false }, reference] },
    };
    expect(reference.apiVersion).toBe('apps/v1');
    expect(controllerOf(pod)).toBe(reference);
    expect(isControlledBy(pod, set)).toBe(true);
    expect(isControlledBy(pod, object('web', 'second'))).toBe(false);
  });
});
