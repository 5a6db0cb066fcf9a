import type { DeepReadonly } from '@keelson/apimachinery';
import type { Pod } from '../../../generated/core/v1';
import { elementsOf, listOf } from '../../../presence';

/** Keeps of a status update the status, labels and annotations; a client that knows no `observedGeneration` does not clear it. */
export function prepareStatus(next: Pod, previous: DeepReadonly<Pod>): void {
  next.spec = structuredClone(previous.spec) as Pod['spec'];
  if (previous.metadata.ownerReferences === undefined) delete next.metadata.ownerReferences;
  else next.metadata.ownerReferences = previous.metadata.ownerReferences.map((reference) => ({ ...reference }));
  const status = (next.status ??= {});
  if (previous.status?.qosClass !== undefined) status.qosClass ??= previous.status.qosClass;
  if (previous.status?.observedGeneration !== undefined) status.observedGeneration ??= previous.status.observedGeneration;
  for (const condition of elementsOf(status.conditions)) {
    const before = listOf(previous.status?.conditions).find(({ type }) => type === condition.type)?.observedGeneration;
    if (before !== undefined) condition.observedGeneration ??= before;
  }
}
