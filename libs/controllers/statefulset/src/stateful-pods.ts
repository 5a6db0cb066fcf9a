import { statefulsets, type DeepReadonly, type Pod, type PodTemplateSpec, type StatefulSet } from '@keelson/api';
import { ownerReferenceTo, type Draft } from '@keelson/apimachinery';
import { podFromTemplate, podIsReady } from '@keelson/controller-pod-control';
import { podName } from './ordinals';
import { hasClaimVolumes, withClaimVolumes } from './volume-claims';

const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';
/** Its value is the name of a ControllerRevision. */
const REVISION_LABEL = 'controller-revision-hash';

type Set = DeepReadonly<StatefulSet>;

/** The pod of an ordinal, made from the template of the named revision. */
export function podOf(
  set: Set,
  ordinal: number,
  { template, revision }: { readonly template: DeepReadonly<PodTemplateSpec>; readonly revision: string },
): Draft<Pod> {
  const { metadata, spec } = podFromTemplate(template, set, ownerReferenceTo(set, statefulsets));
  const name = podName(set, ordinal);
  return {
    metadata: { ...metadata, name, labels: { ...metadata.labels, ...identityLabels(set, ordinal), [REVISION_LABEL]: revision } },
    spec: {
      ...spec,
      volumes: withClaimVolumes(set, ordinal, spec.volumes ?? []),
      hostname: name,
      ...(set.spec.serviceName === undefined ? {} : { subdomain: set.spec.serviceName }),
    },
  };
}

export const revisionOf = ({ metadata }: DeepReadonly<Pod>): string | undefined => metadata.labels?.[REVISION_LABEL];

/** What is to be written to a pod that lacks its identity or its storage; undefined if it has both. */
export function correction(set: Set, pod: DeepReadonly<Pod>, ordinal: number): object | undefined {
  const labels = identityLabels(set, ordinal);
  const volumes = pod.spec.volumes ?? [];
  const isNamed = pod.metadata.labels?.[POD_NAME_LABEL] === labels[POD_NAME_LABEL];
  const isStored = hasClaimVolumes(set, ordinal, volumes);
  if (isNamed && isStored) return undefined;
  const { uid } = pod.metadata;
  return {
    metadata: { uid, labels },
    ...(isStored ? {} : { spec: { volumes: withClaimVolumes(set, ordinal, volumes) } }),
  };
}

export const isRunningAndReady = (pod: DeepReadonly<Pod>): boolean => pod.status?.phase === 'Running' && podIsReady(pod);

function identityLabels(set: Set, ordinal: number): Record<string, string> {
  return { [POD_NAME_LABEL]: podName(set, ordinal), [POD_INDEX_LABEL]: String(ordinal) };
}
