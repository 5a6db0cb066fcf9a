import type { DeepReadonly, Pod } from '@keelson/api';
import { objectKey, type ObjectKey } from '@keelson/apimachinery';
import { affinityTermsOf, type AffinityTerms } from './affinity-term';
import type { HostPort } from './host-ports';
import { imageName } from './image-index';
import { podRequests, podRequestsForScoring, type Resources } from './resources';

/** A pod with what scheduling asks of it again and again, computed once per version. */
export interface PodState {
  readonly pod: DeepReadonly<Pod>;
  readonly key: ObjectKey;
  readonly uid: string;
  readonly requests: Resources;
  readonly scoringRequests: Resources;
  readonly hostPorts: readonly HostPort[];
  readonly affinity: AffinityTerms;
  /** The names of all its images, those of image volumes too; one for each use. */
  readonly images: readonly string[];
}

export function podStateOf(pod: DeepReadonly<Pod>): PodState {
  return {
    pod,
    key: objectKey(pod.metadata),
    uid: pod.metadata.uid,
    requests: podRequests(pod),
    scoringRequests: podRequestsForScoring(pod),
    hostPorts: hostPortsOf(pod),
    affinity: affinityTermsOf(pod),
    images: imagesOf(pod),
  };
}

/** Those of the containers and of the sidecars, which run beside them; other init containers hold theirs only for a while. */
function hostPortsOf(pod: DeepReadonly<Pod>): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...pod.spec.containers, ...sidecars]
    .flatMap(({ ports }) => ports ?? [])
    .filter(({ hostPort }) => hostPort !== undefined && hostPort > 0)
    .map(({ hostPort = 0, protocol = 'TCP', hostIP = '' }) => ({ protocol, hostIP: hostIP === '' ? '0.0.0.0' : hostIP, port: hostPort }));
}

function imagesOf({ spec }: DeepReadonly<Pod>): string[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image);
  const references = [...containers, ...(spec.volumes ?? []).map(({ image }) => image?.reference)];
  return references.flatMap((reference) => (reference === undefined ? [] : [imageName(reference)]));
}
