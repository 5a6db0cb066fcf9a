import {
  controllerOf,
  LabelMatcher,
  ownerReferenceTo,
  StatusError,
  type DeepReadonly,
  type KubernetesObject,
  type LabelSelector,
  type OwnerReference,
  type Resource,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';

export interface Claim<O extends KubernetesObject, T extends KubernetesObject> {
  readonly client: ApiClient;
  readonly owner: DeepReadonly<O>;
  readonly ownerResource: Resource<O>;
  readonly resource: Resource<T>;
  readonly selector: DeepReadonly<LabelSelector> | undefined;
  /** What else is asked of an object, beside its labels, to belong to the owner. */
  readonly belongs?: (object: DeepReadonly<T>) => boolean;
  /** Put on what is adopted and taken off what is released, in the same write. */
  readonly finalizer?: string;
  readonly signal: AbortSignal;
}

/**
 * Settles which of `candidates` belong to the owner: adopts orphans that its selector matches, releases what it controls and no longer
 * matches (upstream's ControllerRefManager). A candidate is only written to in the version seen, so a race is lost, not overwritten.
 * @returns those that belong to the owner
 * @throws StatusError if a write failed for another reason than that the candidate is gone
 */
export async function claim<O extends KubernetesObject, T extends KubernetesObject>(
  candidates: readonly DeepReadonly<T>[],
  terms: Claim<O, T>,
): Promise<DeepReadonly<T>[]> {
  const matcher = LabelMatcher.of(terms.selector);
  const mayAdopt = once(() => refuseIfReplaced(terms));
  // Nearly all are owned already, of a large owner thousands: a promise for each would cost more than the rest of a reconcile.
  const settled = candidates.filter((object) => isSettled(object, terms, matcher));
  if (settled.length === candidates.length) return settled;
  const owned = new Set(settled);
  const others = candidates.filter((object) => !owned.has(object));
  const claimed = await Promise.all(others.map(async (object) => ((await settle(object, { terms, matcher, mayAdopt })) ? [object] : [])));
  return [...settled, ...claimed.flat()];
}

interface Settlement<O extends KubernetesObject, T extends KubernetesObject> {
  readonly terms: Claim<O, T>;
  readonly matcher: LabelMatcher;
  readonly mayAdopt: () => Promise<void>;
}

/** Whether the owner controls `object` and may keep it. */
function isSettled<O extends KubernetesObject, T extends KubernetesObject>(
  object: DeepReadonly<T>,
  terms: Claim<O, T>,
  matcher: LabelMatcher,
): boolean {
  const owner: DeepReadonly<KubernetesObject> = terms.owner;
  return controllerOf(object)?.uid === owner.metadata.uid && belongsTo(object, terms, matcher);
}

function belongsTo<O extends KubernetesObject, T extends KubernetesObject>(
  object: DeepReadonly<T>,
  terms: Claim<O, T>,
  matcher: LabelMatcher,
): boolean {
  const { metadata }: DeepReadonly<KubernetesObject> = object;
  return matcher.matches(metadata.labels ?? {}) && (terms.belongs?.(object) ?? true);
}

async function settle<O extends KubernetesObject, T extends KubernetesObject>(
  object: DeepReadonly<T>,
  { terms, matcher, mayAdopt }: Settlement<O, T>,
): Promise<boolean> {
  const { metadata }: DeepReadonly<KubernetesObject> = object;
  const owner: DeepReadonly<KubernetesObject> = terms.owner;
  const controller = controllerOf(object);
  const matches = belongsTo(object, terms, matcher);
  if (controller !== undefined && controller.uid !== owner.metadata.uid) return false;
  if (owner.metadata.deletionTimestamp !== undefined) return false;
  const references = metadata.ownerReferences ?? [];
  if (controller !== undefined) {
    const finalizers = metadata.finalizers?.filter((each) => each !== terms.finalizer);
    await writeOwners(object, { references: references.filter(({ uid }) => uid !== owner.metadata.uid), finalizers }, terms);
    return false;
  }
  if (!matches || metadata.deletionTimestamp !== undefined) return false;
  await mayAdopt();
  const adopted = [...references, ownerReferenceTo(owner, terms.ownerResource)];
  const finalizers = terms.finalizer === undefined ? undefined : [...new Set([...(metadata.finalizers ?? []), terms.finalizer])];
  return writeOwners(object, { references: adopted, finalizers }, terms);
}

/** @returns whether the object was still there */
async function writeOwners<O extends KubernetesObject, T extends KubernetesObject>(
  object: DeepReadonly<T>,
  {
    finalizers,
    references,
  }: { readonly references: readonly DeepReadonly<OwnerReference>[]; readonly finalizers: readonly string[] | undefined },
  { client, resource, signal }: Claim<O, T>,
): Promise<boolean> {
  const { uid, resourceVersion, ...name } = object.metadata;
  const guarded = finalizers === undefined ? {} : { finalizers };
  const patch = { metadata: { uid, resourceVersion, ownerReferences: references.length === 0 ? null : references, ...guarded } };
  try {
    await client.resource(resource).patch(name, { type: 'merge', patch }, { signal });
    return true;
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return false;
    throw error;
  }
}

/** The cache may not know yet that the owner is gone, and an orphan must not be given to it then. */
async function refuseIfReplaced<O extends KubernetesObject, T extends KubernetesObject>(terms: Claim<O, T>): Promise<void> {
  const { client, owner, ownerResource, signal } = terms;
  const { metadata }: KubernetesObject = await client.resource(ownerResource).get(owner.metadata, { signal });
  const name = `${ownerResource.kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  if (metadata.uid !== owner.metadata.uid)
    throw new Error(`original ${name} is gone: got uid ${metadata.uid}, wanted ${owner.metadata.uid}`);
  if (metadata.deletionTimestamp !== undefined) throw new Error(`${name} has just been deleted at ${metadata.deletionTimestamp}`);
}

function once(check: () => Promise<void>): () => Promise<void> {
  let checked: Promise<void> | undefined;
  return () => (checked ??= check());
}
