import type { ObjectName, Resource } from '@keelson/apimachinery';
import { configmaps, secrets } from '@keelson/api';
import { allContainersOf, ephemeralContainersOf } from '../pod/pod-containers';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';

export interface PodReference {
  readonly resource: Resource;
  readonly name: ObjectName;
}

/** Every config map and secret that a pod's spec names: in environments, volumes and pull secrets. */
export function podReferences(pod: ReadonlyPod): PodReference[] {
  const namespace = namespaceOf(pod);
  const { maps, secretNames } = inVolumes(pod);
  for (const { env = [], envFrom = [] } of [...allContainersOf(pod), ...ephemeralContainersOf(pod)]) {
    for (const { valueFrom } of env) {
      maps.push(valueFrom?.configMapKeyRef?.name);
      secretNames.push(valueFrom?.secretKeyRef?.name);
    }
    for (const { configMapRef, secretRef } of envFrom) {
      maps.push(configMapRef?.name);
      secretNames.push(secretRef?.name);
    }
  }
  for (const { name } of pod.spec.imagePullSecrets ?? []) secretNames.push(name);
  const references = (resource: Resource, names: readonly (string | undefined)[]): PodReference[] =>
    [...new Set(names)].flatMap((name) => (name === undefined || name === '' ? [] : [{ resource, name: { namespace, name } }]));
  return [...references(configmaps, maps), ...references(secrets, secretNames)];
}

function inVolumes(pod: ReadonlyPod): { maps: (string | undefined)[]; secretNames: (string | undefined)[] } {
  const maps: (string | undefined)[] = [];
  const secretNames: (string | undefined)[] = [];
  for (const { configMap, secret, projected } of pod.spec.volumes ?? []) {
    maps.push(configMap?.name);
    secretNames.push(secret?.secretName);
    for (const source of projected?.sources ?? []) {
      maps.push(source.configMap?.name);
      secretNames.push(source.secret?.name);
    }
  }
  return { maps, secretNames };
}
