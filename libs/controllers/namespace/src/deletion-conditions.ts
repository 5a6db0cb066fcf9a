import type { DeepReadonly, NamespaceCondition } from '@keelson/api';
import { findCondition, formatTime } from '@keelson/apimachinery';

/** How far the deletion of a namespace's content got. */
export interface DeletionProgress {
  readonly discoveryFailures: readonly string[];
  readonly contentFailures: readonly string[];
  /** By `resource.group`. */
  readonly remaining: ReadonlyMap<string, number>;
  readonly finalizers: ReadonlyMap<string, number>;
}

interface Finding {
  readonly type: string;
  readonly ok: readonly [reason: string, message: string];
  /** Undefined if there is nothing to complain of. */
  readonly trouble: readonly [reason: string, message: string] | undefined;
}

/** The conditions that tell of `progress`: always all five, so that a failure that passed is taken back. */
export function deletionConditions(
  present: DeepReadonly<NamespaceCondition[]> | undefined,
  progress: DeletionProgress,
  now: number,
): NamespaceCondition[] {
  const own = findings(progress).map(({ type, ok, trouble }): NamespaceCondition => {
    const [reason, message] = trouble ?? ok;
    const status = trouble === undefined ? 'False' : 'True';
    const before = findCondition(present, type);
    const isSame = before?.status === status && before.reason === reason && before.message === message;
    return isSame ? before : { type, status, lastTransitionTime: formatTime(now), reason, message };
  });
  const others = (present ?? []).filter(({ type }) => findCondition(own, type) === undefined);
  return [...others, ...own];
}

function findings({ discoveryFailures, contentFailures, remaining, finalizers }: DeletionProgress): Finding[] {
  const resources = [...remaining].map(([name, count]) => `${name} has ${String(count)} resource instances`).sort();
  const holders = [...finalizers].map(([name, count]) => `${name} in ${String(count)} resource instances`).sort();
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      ok: ['ResourcesDiscovered', 'All resources successfully discovered'],
      trouble: whenAny(
        discoveryFailures,
        'DiscoveryFailed',
        (all) => `Discovery failed for some groups, ${String(all.length)} failing: ${all.join(', ')}`,
      ),
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      ok: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
      trouble: undefined,
    },
    {
      type: 'NamespaceDeletionContentFailure',
      ok: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      trouble: whenAny(
        [...contentFailures].sort(),
        'ContentDeletionFailed',
        (all) => `Failed to delete all resource types, ${String(all.length)} remaining: ${all.join(', ')}`,
      ),
    },
    {
      type: 'NamespaceContentRemaining',
      ok: ['ContentRemoved', 'All content successfully removed'],
      trouble: whenAny(resources, 'SomeResourcesRemain', (all) => `Some resources are remaining: ${all.join(', ')}`),
    },
    {
      type: 'NamespaceFinalizersRemaining',
      ok: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
      trouble: whenAny(
        holders,
        'SomeFinalizersRemain',
        (all) => `Some content in the namespace has finalizers remaining: ${all.join(', ')}`,
      ),
    },
  ];
}

function whenAny(all: readonly string[], reason: string, message: (all: readonly string[]) => string): Finding['trouble'] {
  return all.length === 0 ? undefined : [reason, message(all)];
}
