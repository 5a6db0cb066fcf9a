import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { AzureDiskVolumeSource } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';

const CACHING_MODES = ['None', 'ReadOnly', 'ReadWrite'];
const KINDS = ['Dedicated', 'Managed', 'Shared'];
const MANAGED = {
  prefix: '/subscriptions/',
  form: '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
};
const BLOB = { prefix: 'https://', form: 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd' };

/** A managed disk is a resource of a subscription, any other a blob. */
export function validateAzureDisk(
  { cachingMode, diskName, diskURI, kind }: DeepReadonly<AzureDiskVolumeSource>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isEmpty(diskName)) errors.required(path.child('diskName'));
  if (isEmpty(diskURI)) errors.required(path.child('diskURI'));
  if (cachingMode !== undefined && !CACHING_MODES.includes(cachingMode))
    errors.notSupported(path.child('cachingMode'), cachingMode, CACHING_MODES);
  if (kind === undefined) return;
  if (!KINDS.includes(kind)) errors.notSupported(path.child('kind'), kind, KINDS);
  const { form, prefix } = kind === 'Managed' ? MANAGED : BLOB;
  if (!diskURI.startsWith(prefix)) errors.notSupported(path.child('diskURI'), diskURI, [form]);
}
