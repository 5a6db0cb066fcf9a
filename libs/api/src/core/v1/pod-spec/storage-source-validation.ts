import { addProblems, dns1123Label, inRange, notInRange, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { FCVolumeSource, FlockerVolumeSource, PersistentVolumeSpec, QuobyteVolumeSource, Volume } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';
import { validateAzureDisk } from './azure-disk-validation';
import { validateIscsi } from './iscsi-validation';

/** The sources of a pod's volume or of a PersistentVolume. */
type StorageSources = DeepReadonly<Volume> | DeepReadonly<PersistentVolumeSpec>;

/** What a source can't do without; empty is as bad as absent. */
const REQUIRED = {
  awsElasticBlockStore: ['volumeID'],
  azureFile: ['secretName', 'shareName'],
  cephfs: ['monitors'],
  cinder: ['volumeID'],
  flexVolume: ['driver'],
  gcePersistentDisk: ['pdName'],
  glusterfs: ['endpoints', 'path'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  rbd: ['monitors', 'image'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  vsphereVolume: ['volumePath'],
} as const;

const MAX_LUN = 255;
const MAX_PARTITION = 255;
const MAX_TENANT = 64;
const HOST_PORTS = 'must be a host:port pair or multiple pairs separated by commas';

/** The rules of the sources that volumes and PersistentVolumes share; `path` is that of what holds them. */
export function validateStorageSource(sources: StorageSources, path: FieldPath, errors: FieldErrors): void {
  for (const [field, required] of Object.entries(REQUIRED)) {
    const source = (sources as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>)[field];
    if (source === undefined) continue;
    for (const name of required) if (isEmpty(source[name])) errors.required(path.child(field, name));
  }
  const { azureDisk, fc, flexVolume, flocker, iscsi, quobyte } = sources;
  for (const field of ['awsElasticBlockStore', 'gcePersistentDisk'] as const) {
    const partition = sources[field]?.partition ?? 0;
    if (inRange(partition, 0, MAX_PARTITION).length > 0)
      errors.invalid(path.child(field, 'partition'), partition, notInRange(1, MAX_PARTITION));
  }
  if (azureDisk !== undefined) validateAzureDisk(azureDisk, path.child('azureDisk'), errors);
  if (fc !== undefined) validateFc(fc, path.child('fc'), errors);
  validateFlexOptions(flexVolume?.options ?? {}, path.child('flexVolume', 'options'), errors);
  if (flocker !== undefined) validateFlocker(flocker, path.child('flocker'), errors);
  if (iscsi !== undefined) validateIscsi(iscsi, path.child('iscsi'), errors);
  if (quobyte !== undefined) validateQuobyte(quobyte, path.child('quobyte'), errors);
  validateStorageOs(sources, path.child('storageos'), errors);
  for (const field of ['cinder', 'storageos'] as const) {
    const { secretRef } = sources[field] ?? {};
    if (secretRef !== undefined && isEmpty(secretRef.name)) errors.required(path.child(field, 'secretRef', 'name'));
  }
}

function validateFc(fc: DeepReadonly<FCVolumeSource>, path: FieldPath, errors: FieldErrors): void {
  const { lun, targetWWNs, wwids } = fc;
  const at = path.child('targetWWNs');
  if (isEmpty(targetWWNs) && isEmpty(wwids)) errors.required(at, 'must specify either targetWWNs or wwids, but not both');
  if (isEmpty(targetWWNs)) return;
  if (!isEmpty(wwids)) errors.invalid(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously');
  if (lun === undefined) errors.required(path.child('lun'), 'lun is required if targetWWNs is specified');
  else addProblems(inRange(lun, 0, MAX_LUN), lun, path.child('lun'), errors);
}

/** Kubernetes passes options of its own to the driver. */
function validateFlexOptions(options: Readonly<Record<string, string>>, path: FieldPath, errors: FieldErrors): void {
  for (const key of Object.keys(options)) {
    const domain = `.${(key.split('/')[0] ?? '').toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io'))
      errors.invalid(path.key(key), key, 'kubernetes.io and k8s.io namespaces are reserved');
  }
}

function validateFlocker({ datasetName, datasetUUID }: DeepReadonly<FlockerVolumeSource>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(datasetName) && isEmpty(datasetUUID)) errors.required(path, 'one of datasetName and datasetUUID is required');
  if (!isEmpty(datasetName) && !isEmpty(datasetUUID))
    errors.invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  if (datasetName?.includes('/') === true) errors.invalid(path.child('datasetName'), datasetName, "must not contain '/'");
}

function validateQuobyte({ registry, tenant = '', volume }: DeepReadonly<QuobyteVolumeSource>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(registry)) errors.required(path.child('registry'), HOST_PORTS);
  else if (tenant.length > MAX_TENANT) errors.required(path.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters');
  else for (const pair of registry.split(',')) if (!isHostPort(pair)) errors.invalid(path.child('registry'), registry, HOST_PORTS);
  if (isEmpty(volume)) errors.required(path.child('volume'));
}

/** As Go's `net.SplitHostPort` takes it: one colon outside of brackets. */
const isHostPort = (text: string): boolean => /^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(text);

function validateStorageOs({ storageos }: StorageSources, path: FieldPath, errors: FieldErrors): void {
  if (storageos === undefined) return;
  const { volumeName = '', volumeNamespace = '' } = storageos;
  if (volumeName === '') errors.required(path.child('volumeName'));
  else addProblems(dns1123Label(volumeName), volumeName, path.child('volumeName'), errors);
  if (volumeNamespace !== '') addProblems(dns1123Label(volumeNamespace), volumeNamespace, path.child('volumeNamespace'), errors);
}
