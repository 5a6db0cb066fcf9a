import type { DeepReadonly } from '@keelson/apimachinery';
import type { Container, Pod, PodSpec, Volume } from '@keelson/api';

export type ReferencedResource = 'secrets' | 'configmaps' | 'persistentvolumeclaims' | 'serviceaccounts';

/** Whether `pod` needs the object of that name in its own namespace; then so does its node. */
export function podRefersTo({ spec }: DeepReadonly<Pod>, resource: ReferencedResource, name: string): boolean {
  switch (resource) {
    case 'serviceaccounts':
      return spec.serviceAccountName === name;
    case 'persistentvolumeclaims':
      return (spec.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name);
    case 'secrets':
      return secretNamesOf(spec).includes(name);
    case 'configmaps':
      return configMapNamesOf(spec).includes(name);
  }
}

/** Every secret that a pod names itself; not those behind its claims. */
export function secretNamesOf(spec: DeepReadonly<PodSpec>): readonly string[] {
  return [
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []),
    ...(spec.volumes ?? []).flatMap(secretsOf),
    ...containersOf(spec).flatMap((container) => environmentOf(container).secrets),
  ].filter((name) => name !== '');
}

/** Every config map that a pod names. */
export function configMapNamesOf(spec: DeepReadonly<PodSpec>): readonly string[] {
  return [
    ...(spec.volumes ?? []).flatMap(configMapsOf),
    ...containersOf(spec).flatMap((container) => environmentOf(container).configMaps),
  ].filter((name) => name !== '');
}

type Environment = Pick<DeepReadonly<Container>, 'env' | 'envFrom'>;

const containersOf = (spec: DeepReadonly<PodSpec>): readonly Environment[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
  ...(spec.ephemeralContainers ?? []),
];

function environmentOf({ env = [], envFrom = [] }: Environment): {
  readonly secrets: readonly string[];
  readonly configMaps: readonly string[];
} {
  return {
    secrets: [
      ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
      ...envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []),
    ],
    configMaps: [
      ...env.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? []),
      ...envFrom.flatMap(({ configMapRef }) => configMapRef?.name ?? []),
    ],
  };
}

function secretsOf({
  azureFile,
  cephfs,
  cinder,
  csi,
  flexVolume,
  iscsi,
  projected,
  rbd,
  scaleIO,
  secret,
  storageos,
}: DeepReadonly<Volume>): readonly string[] {
  const references = [
    cephfs?.secretRef,
    cinder?.secretRef,
    csi?.nodePublishSecretRef,
    flexVolume?.secretRef,
    iscsi?.secretRef,
    rbd?.secretRef,
    scaleIO?.secretRef,
    storageos?.secretRef,
  ];
  return [
    ...[secret?.secretName, azureFile?.secretName].filter((name) => name !== undefined),
    ...references.flatMap((reference) => reference?.name ?? []),
    ...(projected?.sources ?? []).flatMap((source) => source.secret?.name ?? []),
  ];
}

function configMapsOf({ configMap, projected }: DeepReadonly<Volume>): readonly string[] {
  return [
    ...(configMap?.name === undefined ? [] : [configMap.name]),
    ...(projected?.sources ?? []).flatMap((source) => source.configMap?.name ?? []),
  ];
}
