import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';

/** Holds an object in foreground deletion until its blocking dependents are gone. */
export const FOREGROUND = 'foregroundDeletion';
/** Holds an object until its dependents have been released. */
export const ORPHAN = 'orphan';

type Live = DeepReadonly<KubernetesObject>;

export const isDeleted = ({ metadata }: Live): boolean => metadata.deletionTimestamp !== undefined;

export const hasFinalizer = ({ metadata }: Live, name: string): boolean => metadata.finalizers?.includes(name) === true;

export const waitsForDependents = (object: Live): boolean => isDeleted(object) && hasFinalizer(object, FOREGROUND);

export const orphansDependents = (object: Live): boolean => isDeleted(object) && hasFinalizer(object, ORPHAN);

/** Whether the deletion of the owner `uid` waits for `object`. */
export function blocks(object: Live, uid: string): boolean {
  return (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true);
}

/** How an object that nobody owns any more is deleted: as its own finalizers ask. */
export function propagationPolicyOf(object: Live): 'Orphan' | 'Foreground' | 'Background' {
  if (hasFinalizer(object, ORPHAN)) return 'Orphan';
  return hasFinalizer(object, FOREGROUND) ? 'Foreground' : 'Background';
}
