import { pods, statefulsets, type DeepReadonly, type PersistentVolumeClaim, type StatefulSet, type Volume } from '@keelson/api';
import {
  apiVersionOf,
  ownerReferenceTo,
  semanticEqual,
  type Draft,
  type KubernetesObject,
  type OwnerReference,
} from '@keelson/apimachinery';
import { isWanted, podName } from './ordinals';

type Set = DeepReadonly<StatefulSet>;
type Claim = DeepReadonly<PersistentVolumeClaim>;

/** Whose storage it is: the pod of an ordinal; without a uid while it is not made yet. */
export interface Holder {
  readonly ordinal: number;
  readonly uid: string | undefined;
}

export const claimName = ({ metadata }: Set, template: Claim, ordinal: number): string =>
  `${template.metadata.name}-${metadata.name}-${ordinal}`;

/** The claim that `template` makes for a pod. */
export function claimOf(set: Set, template: Claim, holder: Holder): Draft<PersistentVolumeClaim> {
  const { annotations, labels } = template.metadata;
  const { namespace } = set.metadata;
  return {
    metadata: {
      name: claimName(set, template, holder.ordinal),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, ...set.spec.selector.matchLabels },
      annotations: { ...annotations },
      ownerReferences: policyOwner(set, holder),
    },
    spec: structuredClone(template.spec) as PersistentVolumeClaim['spec'],
  };
}

/** The volumes of a pod with those of the set's claims among them, in the place of any other volume of such a name. */
export function withClaimVolumes(set: Set, ordinal: number, volumes: readonly DeepReadonly<Volume>[]): Volume[] {
  const templates = set.spec.volumeClaimTemplates ?? [];
  const names = new Set(templates.map(({ metadata }) => metadata.name));
  const own = templates.map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }));
  return [...own, ...(structuredClone(volumes) as Volume[]).filter(({ name }) => !names.has(name))];
}

/** Whether the pod has a volume for each of the set's claims. */
export function hasClaimVolumes(set: Set, ordinal: number, volumes: readonly DeepReadonly<Volume>[]): boolean {
  return (set.spec.volumeClaimTemplates ?? []).every((template) => {
    const volume = volumes.find(({ name }) => name === template.metadata.name);
    return volume?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal);
  });
}

/** Whether the claim belongs to an earlier pod of the name, and so goes when that is gone; the next pod must wait for it. */
export function isLeftOver(set: Set, claim: Claim, holder: Holder): boolean {
  return set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete' && isStale(claim, podReference(set, holder));
}

/**
 * The owners that the claim should have by the set's retention policy (KEP-1847): with its owner, it is deleted by the garbage collector.
 * Whatever belonged to earlier objects of these names is left alone, and where another controller has the claim, the policy does not apply.
 * @returns undefined if they are as they should be
 */
export function correctedOwners(set: Set, claim: Claim, holder: Holder): OwnerReference[] | undefined {
  const own = [ownerReferenceTo(set, statefulsets), podReference(set, holder)];
  if (own.some((reference) => isStale(claim, reference))) return undefined;
  const present = (claim.metadata.ownerReferences ?? []) as readonly OwnerReference[];
  const others = present.filter((reference) => !own.some((each) => isSameName(reference, each)));
  const wanted = hasOtherController(set, claim, holder) ? [] : policyOwner(set, holder);
  const ours = present.filter((reference) => !others.includes(reference));
  const isCorrect = semanticEqual(ours.map(controls), wanted.map(controls));
  return isCorrect ? undefined : [...others, ...wanted];
}

/** Whether the policy can't be kept, since something else controls the claim. */
export function hasOtherController(set: Set, claim: Claim, holder: Holder): boolean {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenDeleted !== 'Delete' && whenScaled !== 'Delete') return false;
  const own = [ownerReferenceTo(set, statefulsets), podReference(set, holder)];
  return (claim.metadata.ownerReferences ?? []).some(
    (reference) => reference.controller === true && !own.some((each) => isSameName(reference, each)),
  );
}

function policyOwner(set: Set, holder: Holder): OwnerReference[] {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenScaled === 'Delete' && !isWanted(set, holder.ordinal)) return [podReference(set, holder)];
  return whenDeleted === 'Delete' ? [ownerReferenceTo(set, statefulsets)] : [];
}

function podReference(set: Set, { ordinal, uid }: Holder): OwnerReference {
  return {
    apiVersion: apiVersionOf(pods),
    kind: pods.kind,
    name: podName(set, ordinal),
    uid: uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

const isSameName = (a: DeepReadonly<OwnerReference>, b: OwnerReference): boolean =>
  a.apiVersion === b.apiVersion && a.kind === b.kind && a.name === b.name;

const isStale = ({ metadata }: DeepReadonly<KubernetesObject>, owner: OwnerReference): boolean =>
  (metadata.ownerReferences ?? []).some((reference) => isSameName(reference, owner) && reference.uid !== owner.uid);

const controls = ({ controller, uid }: OwnerReference): object => ({ uid, controller: controller === true });
