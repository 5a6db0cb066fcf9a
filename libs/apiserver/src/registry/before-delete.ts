import {
  formatTime,
  StatusError,
  type DeepReadonly,
  type DeleteOptions,
  type KubernetesObject,
  type ObjectMeta,
  type Resource,
} from '@keelson/apimachinery';
import type { RegisteredKind } from './registered-kind';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** What a delete comes to for an object as it stands. */
export type DeletePlan =
  /** It goes now. */
  | { readonly type: 'remove' }
  /** It is marked, and goes when its finalizers and its grace are done with. */
  | { readonly type: 'mark'; readonly object: KubernetesObject }
  /** It is marked with no grace left and nothing to wait for: written once more, then removed. */
  | { readonly type: 'mark-and-remove'; readonly object: KubernetesObject }
  /** It is on its way already, and this request changes nothing. */
  | { readonly type: 'pending' };

/**
 * Decides what deleting `current` means: preconditions, graceful deletion, finalizers for the garbage collector; `rest.BeforeDelete` and
 * the store's handling of finalizers. `current` is not written to.
 * @throws StatusError Conflict for a precondition that does not hold
 */
export function planDelete(kind: RegisteredKind, current: KubernetesObject, options: DeleteOptions, now: number): DeletePlan {
  checkPreconditions(kind.resource, current.metadata, options);
  const metadata = structuredClone(current.metadata);
  const object = { ...current, metadata };
  const grace = applyGrace(kind, object, options, now);
  if (grace === 'pending') return { type: 'pending' };

  const finalizers = finalizersFor(kind, metadata, options);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const mustWait = finalizers.length > 0 || kind.rules.isHeldBack?.(object) === true;
  if (mustWait) kind.rules.markDeleting?.(object);
  if (grace === 'graceful')
    return mustWait || (metadata.deletionGracePeriodSeconds ?? 0) > 0 ? { type: 'mark', object } : { type: 'mark-and-remove', object };
  if (!mustWait) return { type: 'remove' };
  markAsDeleting(metadata, now);
  return { type: 'mark', object };
}

function checkPreconditions(resource: Resource, metadata: DeepReadonly<ObjectMeta>, { preconditions }: DeleteOptions): void {
  const subject = { group: resource.group, resource: resource.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid)
    throw StatusError.conflict(
      subject,
      metadata.name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== metadata.resourceVersion)
    throw StatusError.conflict(
      subject,
      metadata.name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

/** Sets the deletion's time and grace on `object` if its kind ends gracefully; a second delete can only shorten the first one's grace. */
function applyGrace(
  { rules }: RegisteredKind,
  object: KubernetesObject,
  options: DeleteOptions,
  now: number,
): 'graceful' | 'at-once' | 'pending' {
  const { metadata } = object;
  if (rules.gracePeriodSeconds === undefined) return 'at-once';
  const requested = options.gracePeriodSeconds === undefined ? undefined : options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds;
  if (metadata.deletionTimestamp === undefined) {
    const seconds = rules.gracePeriodSeconds(object, requested);
    metadata.deletionTimestamp = formatTime(now + seconds * 1000);
    metadata.deletionGracePeriodSeconds = seconds;
    if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
    return 'graceful';
  }
  const left = metadata.deletionGracePeriodSeconds ?? 0;
  if (left === 0) return 'at-once';
  if (requested === undefined || requested >= left) return 'pending';
  const earlier = Date.parse(metadata.deletionTimestamp) - (left - requested) * 1000;
  metadata.deletionTimestamp = formatTime(Math.max(earlier, now));
  // Grace was asked for and has all passed: the least that still lets the node do the final delete.
  metadata.deletionGracePeriodSeconds = earlier < now && requested !== 0 ? 1 : requested;
  return 'graceful';
}

/** The object's finalizers with the garbage collector's two as the propagation policy wants them, or else an earlier delete, or else the kind. */
function finalizersFor(
  { rules }: RegisteredKind,
  { finalizers = [] }: ObjectMeta,
  { orphanDependents, propagationPolicy }: DeleteOptions,
): string[] {
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (propagationPolicy === 'Orphan' || orphanDependents === true) return [...others, ORPHAN];
  if (propagationPolicy === 'Foreground') return [...others, FOREGROUND];
  const isUndecided = propagationPolicy === undefined && orphanDependents === undefined;
  if (!isUndecided) return others;
  const isDecided = finalizers.includes(ORPHAN) || finalizers.includes(FOREGROUND);
  return isDecided || rules.orphansByDefault !== true ? [...finalizers] : [...finalizers, ORPHAN];
}

function markAsDeleting(metadata: ObjectMeta, now: number): void {
  if (metadata.deletionTimestamp === undefined && (metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
  if (metadata.deletionTimestamp === undefined || Date.parse(metadata.deletionTimestamp) > now)
    metadata.deletionTimestamp = formatTime(now);
  metadata.deletionGracePeriodSeconds = 0;
}
