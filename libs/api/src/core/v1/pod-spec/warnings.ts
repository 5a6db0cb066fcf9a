import { Quantity, QuantityError, type DeepReadonly, type FieldPath, type LabelSelector } from '@keelson/apimachinery';
import type { Affinity, Container, PodAffinityTerm, PodSpec, Volume } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { portWarnings } from './port-warnings';

/** Volumes that no kubelet can make any more, with when that came. `shown` is how the message calls the field, if not by its name. */
export const GONE_VOLUMES: readonly { readonly field: keyof Volume; readonly since: string; readonly shown?: string }[] = [
  { field: 'photonPersistentDisk', since: 'deprecated in v1.11, non-functional in v1.16+' },
  { field: 'gitRepo', since: 'deprecated in v1.11, and disabled by default in v1.33+' },
  { field: 'scaleIO', since: 'deprecated in v1.16, non-functional in v1.22+' },
  { field: 'flocker', since: 'deprecated in v1.22, non-functional in v1.25+' },
  { field: 'storageos', since: 'deprecated in v1.22, non-functional in v1.25+', shown: 'storageOS' },
  { field: 'quobyte', since: 'deprecated in v1.22, non-functional in v1.25+' },
  { field: 'glusterfs', since: 'deprecated in v1.25, non-functional in v1.26+' },
  { field: 'cephfs', since: 'deprecated in v1.28, non-functional in v1.31+' },
  { field: 'rbd', since: 'deprecated in v1.28, non-functional in v1.31+' },
];
const BYTES = ['memory', 'ephemeral-storage'];

type Spec = DeepReadonly<PodSpec>;

/** What is accepted of a pod or a template and hardly meant (pkg/api/pod `warningsForPodSpecAndMeta`). `path` is the spec's. */
export function podSpecWarnings(spec: Spec, path: FieldPath): readonly string[] {
  return [
    ...spreadWarnings(spec, path.child('topologySpreadConstraints')),
    ...listOf(spec.volumes).flatMap((volume, position) => volumeWarnings(volume, path.child('volumes').index(position))),
    ...repeated(
      listOf(spec.hostAliases).map(({ ip }) => ip),
      'ip',
      path.child('hostAliases'),
    ),
    ...secretWarnings(spec, path.child('imagePullSecrets')),
    ...fractionalBytes(spec.overhead, path.child('overhead')),
    ...containersOf(spec, path).flatMap(({ at, container }) => containerWarnings(container, at)),
    ...portWarnings(containersOf(spec, path)),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${path.child('terminationGracePeriodSeconds').toString()}: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(spec.affinity, path.child('affinity')),
  ];
}

/** Bytes can't be divided, whatever a quantity allows. */
export function fractionalBytes(amounts: Readonly<Record<string, string>> | undefined, path: FieldPath): readonly string[] {
  return Object.entries(amounts ?? {})
    .filter(([name, text]) => BYTES.includes(name) && isFractional(text))
    .map(([name, text]) => fractionalByteWarning(text, path.key(name)));
}

export function fractionalByteWarning(text: string, path: FieldPath): string {
  return `${path.toString()}: fractional byte value ${JSON.stringify(Quantity.parse(text).toString())} is invalid, must be an integer`;
}

export function isFractional(text: string): boolean {
  try {
    return !Quantity.parse(text).isWhole;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

interface PlacedContainer {
  readonly container: DeepReadonly<Container>;
  readonly at: FieldPath;
}

function containersOf(spec: Spec, path: FieldPath): readonly PlacedContainer[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((field) =>
    listOf<DeepReadonly<Container>>(spec[field]).map((container, position) => ({ container, at: path.child(field).index(position) })),
  );
}

function spreadWarnings({ topologySpreadConstraints }: Spec, path: FieldPath): readonly string[] {
  return listOf(topologySpreadConstraints).flatMap(({ labelSelector }, position) => matchesNothing(labelSelector, path.index(position)));
}

function matchesNothing(selector: DeepReadonly<LabelSelector> | undefined, path: FieldPath): readonly string[] {
  return selector === undefined ? [`${path.child('labelSelector').toString()}: a null labelSelector results in matching no pod`] : [];
}

function volumeWarnings(volume: DeepReadonly<Volume>, path: FieldPath): readonly string[] {
  const gone = GONE_VOLUMES.filter(({ field }) => volume[field] !== undefined);
  const template = path.child('ephemeral', 'volumeClaimTemplate', 'spec', 'resources', 'requests');
  const storage = volume.ephemeral?.volumeClaimTemplate?.spec.resources?.requests?.['storage'];
  return [
    ...gone.map(({ field, shown, since }) => `${path.child(shown ?? field).toString()}: ${since}`),
    ...(storage !== undefined && isFractional(storage) ? [fractionalByteWarning(storage, template.key('storage'))] : []),
  ];
}

function repeated(values: readonly string[], field: string, path: FieldPath): readonly string[] {
  return values.flatMap((value, position) =>
    values.indexOf(value) < position
      ? [`${path.index(position).child(field).toString()}: duplicate ${field} ${JSON.stringify(value)}`]
      : [],
  );
}

function secretWarnings({ imagePullSecrets }: Spec, path: FieldPath): readonly string[] {
  const names = listOf(imagePullSecrets).map(({ name = '' }) => name);
  const nameless = names.flatMap((name, position) =>
    name === '' ? [`${path.index(position).child('name').toString()}: invalid empty name ""`] : [],
  );
  return [...repeated(names, 'name', path), ...nameless];
}

function containerWarnings({ env, resources }: DeepReadonly<Container>, path: FieldPath): readonly string[] {
  const seen = new Set<string>();
  const hidden = listOf(env).flatMap(({ name, value = '', valueFrom }, position) => {
    const isFirst = !seen.has(name);
    seen.add(name);
    if (isFirst) return [];
    // One that is built on the previous one is meant.
    const reference = `$(${name})`;
    if (valueFrom === undefined && value !== reference && value.includes(reference)) return [];
    const at = path.child('env').index(position).toString();
    return [`${at}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`];
  });
  return [
    ...fractionalBytes(resources?.limits, path.child('resources', 'limits')),
    ...fractionalBytes(resources?.requests, path.child('resources', 'requests')),
    ...hidden,
  ];
}

function affinityWarnings(affinity: DeepReadonly<Affinity> | undefined, path: FieldPath): readonly string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((field) => {
    const at = path.child(field);
    const required = at.child('requiredDuringSchedulingIgnoredDuringExecution');
    const preferred = at.child('preferredDuringSchedulingIgnoredDuringExecution');
    return [
      ...listOf(affinity?.[field]?.requiredDuringSchedulingIgnoredDuringExecution).flatMap((term, position) =>
        termWarnings(term, required.index(position)),
      ),
      ...listOf(affinity?.[field]?.preferredDuringSchedulingIgnoredDuringExecution).flatMap(({ podAffinityTerm }, position) =>
        termWarnings(podAffinityTerm, preferred.index(position).child('podAffinityTerm')),
      ),
    ];
  });
}

const termWarnings = ({ labelSelector }: DeepReadonly<PodAffinityTerm>, path: FieldPath): readonly string[] =>
  matchesNothing(labelSelector, path);
