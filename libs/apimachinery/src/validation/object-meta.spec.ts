import { FieldErrors } from '../field-errors';
import { FieldPath } from '../field-path';
import type { ObjectMeta } from '../object-meta';
import { validateLabelSelector } from './labels';
import { nameIsDnsSubdomain } from './names';
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta';

const meta = (fields: Partial<ObjectMeta> = {}): ObjectMeta => ({
  name: 'web',
  namespace: 'default',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...fields,
});
const path = FieldPath.of('metadata');
const problems = (check: (errors: FieldErrors) => void): string[] => {
  const errors = new FieldErrors();
  check(errors);
  return errors.all.map(({ field, message }) => `${field}: ${message}`);
};
const onCreate = (fields: Partial<ObjectMeta>, namespaced = true) =>
  problems((errors) => validateObjectMeta(meta(fields), { namespaced, nameRule: nameIsDnsSubdomain }, path, errors));
const onUpdate = (next: Partial<ObjectMeta>, previous: Partial<ObjectMeta> = {}) =>
  problems((errors) => validateObjectMetaUpdate(meta(next), meta(previous), path, errors));

describe('validateObjectMeta', () => {
  it('asks for a name, and for a namespace just where there are any', () => {
    expect(onCreate({ name: '' })).toEqual(['metadata.name: Required value: name or generateName is required']);
    expect(onCreate({ namespace: '' })).toEqual(['metadata.namespace: Required value']);
    expect(onCreate({}, false)).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
  });

  it('refuses two controllers', () => {
    const owner = (name: string) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name, controller: true });
    const [problem] = onCreate({ ownerReferences: [owner('a'), owner('b')] });
    expect(problem).toMatch(
      /Only one reference can have Controller set to true. Found "true" in references for ReplicaSet\/a and ReplicaSet\/b$/,
    );
  });

  it('refuses an owner without a uid, and an Event as owner', () => {
    expect(onCreate({ ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: '' }] })).toEqual([
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"e","uid":""}: /v1, Kind=Event is disallowed from being an owner',
    ]);
  });

  it('limits annotations in all, and takes capital letters in their keys', () => {
    expect(onCreate({ annotations: { 'Example.com/Key': 'x' } })).toEqual([]);
    expect(onCreate({ annotations: { a: 'é'.repeat(128 * 1024) } })).toEqual([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ]);
  });

  it('refuses to orphan and to wait for dependents at once', () => {
    expect(onCreate({ finalizers: ['orphan', 'foregroundDeletion'] })).toEqual([
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ]);
  });
});

describe('validateObjectMetaUpdate', () => {
  it('keeps identity and dates', () => {
    expect(onUpdate({ uid: 'other', creationTimestamp: '2026-01-02T00:00:00Z' })).toEqual([
      'metadata.uid: Invalid value: "other": field is immutable',
      'metadata.creationTimestamp: Invalid value: "2026-01-02T00:00:00Z": field is immutable',
    ]);
  });

  it('lets an object that is being deleted lose finalizers but not gain any', () => {
    const deleting = { deletionTimestamp: '2026-01-02T00:00:00Z', finalizers: ['a.com/x'] };
    expect(onUpdate({ ...deleting, finalizers: [] }, deleting)).toEqual([]);
    expect(onUpdate({ ...deleting, finalizers: ['b.com/y'] }, deleting)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"b.com/y"}',
    ]);
  });

  it('needs a resource version', () => {
    expect(onUpdate({ resourceVersion: '' })).toEqual(['metadata.resourceVersion: Invalid value: "": must be specified for an update']);
  });
});

describe('validateLabelSelector', () => {
  it('ties values to operators', () => {
    const selector = {
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'b', operator: 'Exists', values: ['x'] },
        { key: 'c', operator: 'Like' },
      ],
    };
    expect(problems((errors) => validateLabelSelector(selector, FieldPath.of('spec', 'selector'), errors))).toEqual([
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      'spec.selector.matchExpressions[2].operator: Invalid value: "Like": not a valid selector operator',
    ]);
  });
});
