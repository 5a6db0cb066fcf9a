import type { DeepReadonly } from './deep-readonly';
import type { KubernetesObject, OwnerReference } from './object-meta';
import { apiVersionOf, type GroupVersionKind } from './resource';

type Owned = DeepReadonly<Pick<KubernetesObject, 'metadata'>>;

/** The reference to the one owner that manages this object, if there is one. */
export function controllerOf(object: Owned): DeepReadonly<OwnerReference> | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function isControlledBy(object: Owned, owner: Owned): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** A reference from what `owner` makes and manages; deleting the owner in the foreground waits for it. */
export function ownerReferenceTo(owner: Owned, { kind, ...groupVersion }: GroupVersionKind): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: apiVersionOf(groupVersion), kind, name, uid, controller: true, blockOwnerDeletion: true };
}
