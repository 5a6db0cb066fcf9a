import type { DeepReadonly, Pod, StatefulSet } from '@keelson/api';

/** No sign, no leading zero. */
const ORDINAL = /^(?:0|[1-9]\d*)$/;

export const podName = ({ metadata }: DeepReadonly<StatefulSet>, ordinal: number): string => `${metadata.name}-${ordinal}`;

/** The number in the name of a pod of the set; undefined for a pod that is named otherwise, and so can't be the set's. */
export function ordinalOf(set: DeepReadonly<StatefulSet>, { metadata }: DeepReadonly<Pod>): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const digits = metadata.name.slice(prefix.length);
  return metadata.name.startsWith(prefix) && ORDINAL.test(digits) ? Number(digits) : undefined;
}

export const startOrdinal = ({ spec }: DeepReadonly<StatefulSet>): number => spec.ordinals?.start ?? 0;

/** All that the set should have, ascending. */
export function wantedOrdinals(set: DeepReadonly<StatefulSet>): readonly number[] {
  return Array.from({ length: set.spec.replicas ?? 1 }, (_, index) => startOrdinal(set) + index);
}

export function isWanted(set: DeepReadonly<StatefulSet>, ordinal: number): boolean {
  const index = ordinal - startOrdinal(set);
  return index >= 0 && index < (set.spec.replicas ?? 1);
}
