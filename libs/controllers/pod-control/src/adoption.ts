import {
  controllerOf,
  LabelMatcher,
  objectKey,
  type DeepReadonly,
  type KubernetesObject,
  type LabelSelector,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { Informer } from '@keelson/controller-runtime';

/** The index of objects that no controller has, by namespace. Controllers share their informers, and so the index. */
export const ORPHAN_INDEX = 'orphan';

export function orphansByNamespace(object: DeepReadonly<KubernetesObject>): readonly string[] {
  return controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : [];
}

/** What `owner` may claim: all that it controls, and what nobody does. The informer must have the {@link ORPHAN_INDEX}. */
export function claimable<T extends KubernetesObject>(informer: Informer<T>, owner: DeepReadonly<KubernetesObject>): DeepReadonly<T>[] {
  return [...informer.byOwner(owner), ...informer.byIndex(ORPHAN_INDEX, owner.metadata.namespace ?? '')];
}

/** The keys of those of `owners` whose selector matches `object`; none if it has a controller. */
export function adoptersOf<O extends KubernetesObject>(
  object: DeepReadonly<KubernetesObject>,
  owners: Informer<O>,
  selectorOf: (owner: DeepReadonly<O>) => DeepReadonly<LabelSelector> | undefined,
): ObjectKey[] {
  if (controllerOf(object) !== undefined) return [];
  const { labels, namespace } = object.metadata;
  return owners.list(namespace).flatMap((owner) => {
    const { metadata }: DeepReadonly<KubernetesObject> = owner;
    const selector = selectorOf(owner);
    return selector !== undefined && LabelMatcher.of(selector).matches(labels ?? {}) ? [objectKey(metadata)] : [];
  });
}
