import { persistentvolumeclaims, type PersistentVolumeClaim } from '@keelson/api';
import { Quantity, type DeepReadonly } from '@keelson/apimachinery';
import type { QuotaChange, QuotaEvaluator, ScopeRequirement } from './evaluator';
import { countName, ONE } from './object-count';
import { classesMatch } from './scope';
import type { Usage } from './usage';

const COUNT = countName(persistentvolumeclaims);
const CLAIMS = 'persistentvolumeclaims';
const STORAGE = 'requests.storage';
/** `gold.storageclass.storage.k8s.io/requests.storage`: the same, of one class alone. */
const OF_CLASS = '.storageclass.storage.k8s.io/';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

type Claim = DeepReadonly<PersistentVolumeClaim>;

/** Claims and the storage they ask for, in all and by storage class. */
export class ClaimEvaluator implements QuotaEvaluator<PersistentVolumeClaim> {
  handles({ object, oldObject, operation, subresource }: QuotaChange<PersistentVolumeClaim>): boolean {
    if (subresource === '') return operation === 'CREATE' || operation === 'UPDATE';
    return subresource === 'status' && object !== undefined && oldObject !== undefined && this.needsRecount(object, oldObject);
  }

  measures(name: string): boolean {
    return [COUNT, CLAIMS, STORAGE].includes(name) || [CLAIMS, STORAGE].some((resource) => name.endsWith(OF_CLASS + resource));
  }

  isInScope(requirement: ScopeRequirement, claim: Claim): boolean {
    return requirement.scopeName === 'VolumeAttributesClass' && classesMatch(requirement, attributesClassesOf(claim));
  }

  objection(): undefined {
    return undefined;
  }

  usage(claim: Claim): Usage {
    const usage = new Map([
      [COUNT, ONE],
      [CLAIMS, ONE],
    ]);
    const storage = storageOf(claim);
    if (storage !== undefined) usage.set(STORAGE, storage);
    const storageClass = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec.storageClassName ?? '';
    if (storageClass === '') return usage;
    usage.set(storageClass + OF_CLASS + CLAIMS, ONE);
    if (storage !== undefined) usage.set(storageClass + OF_CLASS + STORAGE, storage);
    return usage;
  }

  needsRecount(next: Claim, previous: Claim): boolean {
    const [classes, before] = [attributesClassesOf(next), attributesClassesOf(previous)];
    return (
      next.status?.allocatedResources?.['storage'] !== previous.status?.allocatedResources?.['storage'] ||
      classes.length !== before.length ||
      classes.some((name) => !before.includes(name))
    );
  }
}

/** The most that is asked for or was allocated, in whole bytes: an expansion that failed still holds what it got (KEP-1790). */
function storageOf({ spec, status }: Claim): Quantity | undefined {
  const requested = spec.resources?.requests?.['storage'];
  if (requested === undefined) return undefined;
  const asked = Quantity.parse(requested);
  const allocated = Quantity.parse(status?.allocatedResources?.['storage'] ?? '0');
  const most = allocated.compare(asked) > 0 ? allocated : asked;
  return most.isWhole ? most : Quantity.of(most.value(), most.format);
}

/** All that a claim has, had, or is on its way to. */
function attributesClassesOf({ spec, status }: Claim): string[] {
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.filter((name) => name !== undefined).filter((name) => name !== ''))];
}
