import type { KubernetesObject, Resource } from '@keelson/apimachinery';
import type { KindRules } from '@keelson/api/server';

/** What a field selector can name in one served resource. */
export interface FieldLabels {
  /** What the stored kind calls the field; undefined if nothing can be selected by it. */
  stored(label: string): string | undefined;
  /** What to tell a client that names a field which is none. */
  problem(label: string): string;
}

const OF_ALL = ['metadata.name', 'metadata.namespace'];

/**
 * Kinds with fields of their own are asked for each label, and know of no namespace where they have none; for all others the two labels of
 * the metadata count (k8s.io/apimachinery/pkg/runtime.DefaultMetaV1FieldSelectorConversion).
 */
export function fieldLabels(
  { selectableFields, unknownField }: Pick<KindRules<KubernetesObject>, 'selectableFields' | 'unknownField'>,
  { namespaced }: Pick<Resource, 'namespaced'>,
  servedNames?: ReadonlyMap<string, string>,
): FieldLabels {
  if (selectableFields === undefined) {
    const known = OF_ALL.map((label) => JSON.stringify(label)).join(', ');
    return {
      stored: (label) => (OF_ALL.includes(label) ? label : undefined),
      problem: (label) => `${JSON.stringify(label)} is not a known field selector: only ${known}`,
    };
  }
  const own: Iterable<[string, string]> = servedNames ?? Object.keys(selectableFields).map((name): [string, string] => [name, name]);
  const names = new Map([...OF_ALL.slice(0, namespaced ? 2 : 1).map((name): [string, string] => [name, name]), ...own]);
  return {
    stored: (label) => names.get(label),
    problem: (label) => unknownField?.(label) ?? `field label not supported: ${label}`,
  };
}
