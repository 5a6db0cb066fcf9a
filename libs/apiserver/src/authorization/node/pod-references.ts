import type { DeepReadonly } from '@keelson/apimachinery';
import type { Container, Pod, Volume } from '@keelson/api';

export type ReferencedResource = 'secrets' | 'configmaps' | 'persistentvolumeclaims' | 'serviceaccounts';

/** Whether `pod` needs the object of that name in its own namespace; then so does its node. */
export function podRefersTo({ spec }: DeepReadonly<Pod>, resource: ReferencedResource, name: string): boolean {
  switch (resource) {
    case 'serviceaccounts':
      return spec.serviceAccountName === name;
    case 'persistentvolumeclaims':
      return (spec.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name);
    case 'secrets':
      return (
        (spec.imagePullSecrets ?? []).some((secret) => secret.name === name) ||
        (spec.volumes ?? []).some((volume) => secretsOf(volume).includes(name)) ||
        containersOf(spec).some((container) => environmentOf(container).secrets.includes(name))
      );
    case 'configmaps':
      return (
        (spec.volumes ?? []).some((volume) => configMapsOf(volume).includes(name)) ||
        containersOf(spec).some((container) => environmentOf(container).configMaps.includes(name))
      );
  }
}

type Environment = Pick<DeepReadonly<Container>, 'env' | 'envFrom'>;

const containersOf = (spec: DeepReadonly<Pod['spec']>): readonly Environment[] => [
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
  cephfs,
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
    csi?.nodePublishSecretRef,
    flexVolume?.secretRef,
    iscsi?.secretRef,
    rbd?.secretRef,
    scaleIO?.secretRef,
    storageos?.secretRef,
  ];
  return [
    ...(secret?.secretName === undefined ? [] : [secret.secretName]),
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
