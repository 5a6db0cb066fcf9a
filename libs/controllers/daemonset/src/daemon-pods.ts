import { daemonsets, type Affinity, type DaemonSet, type DeepReadonly, type Pod, type PodSpec, type Toleration } from '@keelson/api';
import { ownerReferenceTo, type Draft } from '@keelson/apimachinery';
import { podFromTemplate } from '@keelson/controller-pod-control';

/** Tells the revision that a pod was made from, by its hash. */
export const HASH_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';
const NODE_NAME_FIELD = 'metadata.name';

/** What befalls a node does not drive its daemons off: they are what a node needs in order to recover. */
const TOLERATED = [
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
] as const;
/** Only for those that don't need the network that is missing. */
const NO_NETWORK = { key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' };

/** The pod for a node; the scheduler binds it there, as it fits no other. */
export function podOf(daemonSet: DeepReadonly<DaemonSet>, nodeName: string, hash: string): Draft<Pod> {
  const { metadata, spec } = podFromTemplate(daemonSet.spec.template, daemonSet, ownerReferenceTo(daemonSet, daemonsets));
  const generation = daemonSet.metadata.annotations?.[GENERATION_ANNOTATION];
  const labels = { ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }), [HASH_LABEL]: hash };
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, ...labels } },
    spec: { ...spec, affinity: onlyOn(nodeName, spec.affinity), tolerations: daemonTolerations(spec) },
  };
}

/** The tolerations of a template with those that every daemon has; these take the place of their like. */
export function daemonTolerations({ hostNetwork, tolerations = [] }: DeepReadonly<PodSpec>): Toleration[] {
  const added = [...TOLERATED, ...(hostNetwork === true ? [NO_NETWORK] : [])].map((taint) => ({ ...taint, operator: 'Exists' }));
  const isReplaced = ({ effect, key, operator, value = '' }: DeepReadonly<Toleration>): boolean =>
    value === '' && added.some((each) => each.key === key && each.effect === effect && each.operator === operator);
  return [...tolerations.filter((each) => !isReplaced(each)), ...added];
}

/** The node that a pod runs on or waits for; undefined if it names none, as a pod that someone else made might. */
export function nodeOf({ spec }: DeepReadonly<Pod>): string | undefined {
  if ((spec.nodeName ?? '') !== '') return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields }) => matchFields ?? []);
  const values = fields.find(({ key, operator }) => key === NODE_NAME_FIELD && operator === 'In')?.values ?? [];
  return values.length === 1 ? values[0] : undefined;
}

/** Whether a pod is of the set's template: by its revision, or by the count of templates that older pods have. */
export function isUpdated({ metadata }: DeepReadonly<Pod>, daemonSet: DeepReadonly<DaemonSet>, hash: string): boolean {
  const generation = daemonSet.metadata.annotations?.[GENERATION_ANNOTATION];
  const labels = metadata.labels ?? {};
  return labels[HASH_LABEL] === hash || (generation !== undefined && labels[GENERATION_LABEL] === generation);
}

/** Bound pods first, then the older. */
export function byAge(a: DeepReadonly<Pod>, b: DeepReadonly<Pod>): number {
  const isUnbound = ({ spec }: DeepReadonly<Pod>): number => Number((spec.nodeName ?? '') === '');
  const created = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
  return isUnbound(a) - isUnbound(b) || created || (a.metadata.name < b.metadata.name ? -1 : 1);
}

/** What else the template requires of nodes has been asked when this one was chosen. */
function onlyOn(nodeName: string, affinity: Affinity = {}): Affinity {
  const nodeSelectorTerms = [{ matchFields: [{ key: NODE_NAME_FIELD, operator: 'In', values: [nodeName] }] }];
  return { ...affinity, nodeAffinity: { ...affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}
