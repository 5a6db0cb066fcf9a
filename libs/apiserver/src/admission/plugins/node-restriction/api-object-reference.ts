import type { PodSpec, Volume, VolumeProjection } from '@keelson/api';
import { configMapNamesOf, secretNamesOf } from '../../../authorization/node/pod-references';

/** What a pod needs of the API besides itself, worded for the refusal; or a volume of a kind that this version does not know. */
export type ApiObjectReference =
  { readonly type: 'reference'; readonly resource: string } | { readonly type: 'unknown'; readonly problem: string };

/** What volumes of a kind lead to. Those that lead nowhere are {@link SELF_CONTAINED}. */
const VOLUMES: Partial<Record<keyof Volume, string>> = {
  configMap: 'configmaps (via configmap volumes)',
  secret: 'secrets (via secret volumes)',
  csi: 'csidrivers (via CSI volumes)',
  glusterfs: 'endpoints (via glusterFS volumes)',
  persistentVolumeClaim: 'persistentvolumeclaims',
  ephemeral: 'persistentvolumeclaims (via ephemeral volumes)',
  azureFile: 'secrets (via azureFile volumes)',
};

const SELF_CONTAINED: ReadonlySet<keyof Volume> = new Set<keyof Volume>([
  'awsElasticBlockStore',
  'azureDisk',
  'cephfs',
  'cinder',
  'downwardAPI',
  'emptyDir',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'hostPath',
  'image',
  'iscsi',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
]);

const PROJECTIONS: Partial<Record<keyof VolumeProjection, string>> = {
  configMap: 'configmaps (via projected volumes)',
  secret: 'secrets (via projected volumes)',
  serviceAccountToken: 'serviceaccounts (via projected volumes)',
  clusterTrustBundle: 'clustertrustbundles',
  podCertificate: 'podcertificates',
};

/** The first thing in a pod that refers to an object of the API; a node's own pods have none. Upstream's `HasAPIObjectReference`. */
export function apiObjectReferenceOf(spec: PodSpec): ApiObjectReference | undefined {
  if ((spec.serviceAccountName ?? '') !== '') return to('serviceaccounts');
  if (secretNamesOf(spec).length > 0) return to('secrets');
  if (configMapNamesOf(spec).length > 0) return to('configmaps');
  if ((spec.resourceClaims ?? []).length > 0) return to('resourceclaims');
  return firstOf(spec.volumes ?? [], referenceOfVolume);
}

const to = (resource: string): ApiObjectReference => ({ type: 'reference', resource });

function firstOf<T>(items: readonly T[], find: (item: T) => ApiObjectReference | undefined): ApiObjectReference | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function referenceOfVolume(volume: Volume): ApiObjectReference | undefined {
  const { name, projected, ...source } = volume;
  if (projected !== undefined) return firstOf(projected.sources ?? [], (one) => referenceOfProjection(name, one));
  const kind = Object.keys(source)[0] as keyof typeof source | undefined;
  if (kind !== undefined && SELF_CONTAINED.has(kind)) return undefined;
  const resource = kind === undefined ? undefined : VOLUMES[kind];
  return resource === undefined ? { type: 'unknown', problem: `unknown volume type for volume  ${JSON.stringify(name)}` } : to(resource);
}

function referenceOfProjection(volume: string, projection: VolumeProjection): ApiObjectReference | undefined {
  const kind = Object.keys(projection)[0] as keyof VolumeProjection | undefined;
  if (kind === 'downwardAPI') return undefined;
  const resource = kind === undefined ? undefined : PROJECTIONS[kind];
  return resource === undefined
    ? { type: 'unknown', problem: `unknown source for projected volume ${JSON.stringify(volume)}` }
    : to(resource);
}
