import { addProblems, dns1123Label, dns1123Subdomain, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PersistentVolumeSpec, SecretReference } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';
import { validateDriverName } from '../../../storage/v1/driver-name';

const CSI_SECRETS = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const;

/** What a source needs beyond that of a pod's volume because it stands in no namespace. */
export function validateClusterSource(spec: DeepReadonly<PersistentVolumeSpec>, path: FieldPath, errors: FieldErrors): void {
  validateCsi(spec.csi, path.child('csi'), errors);
  for (const field of ['cinder', 'storageos'] as const) {
    const { secretRef } = spec[field] ?? {};
    if (secretRef !== undefined && isEmpty(secretRef.namespace)) errors.required(path.child(field, 'secretRef', 'namespace'));
  }
  const { azureFile, glusterfs, iscsi } = spec;
  if (iscsi?.secretRef !== undefined && isEmpty(iscsi.secretRef.name)) errors.required(path.child('iscsi', 'secretRef', 'name'));
  if (azureFile?.secretNamespace === '') errors.required(path.child('azureFile', 'secretNamespace'));
  const namespace = glusterfs?.endpointsNamespace;
  if (namespace === undefined) return;
  const at = path.child('glusterfs', 'endpointsNamespace');
  if (namespace === '') errors.invalid(at, namespace, 'if the endpointnamespace is set, it must be a valid namespace name');
  else addProblems(dns1123Label(namespace), namespace, at, errors);
}

function validateCsi(csi: DeepReadonly<PersistentVolumeSpec['csi']>, path: FieldPath, errors: FieldErrors): void {
  if (csi === undefined) return;
  validateDriverName(csi.driver, path.child('driver'), errors);
  if (isEmpty(csi.volumeHandle)) errors.required(path.child('volumeHandle'));
  for (const field of CSI_SECRETS) {
    const secret = csi[field];
    if (secret !== undefined) validateSecretReference(secret, path.child(field), errors);
  }
}

function validateSecretReference({ name = '', namespace = '' }: DeepReadonly<SecretReference>, path: FieldPath, errors: FieldErrors): void {
  if (name === '') errors.required(path.child('name'));
  else addProblems(dns1123Subdomain(name), name, path.child('name'), errors);
  if (namespace === '') errors.required(path.child('namespace'));
  else addProblems(dns1123Label(namespace), namespace, path.child('namespace'), errors);
}
