import {
  addProblems,
  dns1123Subdomain,
  notInRange,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { validateAccessModes } from '../../../core/v1/persistent-volume/access-modes';
import type { PersistentVolumeSpec } from '../../../generated/core/v1';
import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from '../../../generated/storage/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateDriverName } from '../driver-name';

const MAX_METADATA_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES = 1024;
const MAX_INT32 = 2 ** 31 - 1;
/** What only a volume that is an object of its own has. */
const NOT_INLINE = ['claimRef', 'capacity', 'nodeAffinity'] as const;

type Attachment = DeepReadonly<VolumeAttachment>;

export function validateVolumeAttachment({ spec, status }: Attachment, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  validateDriverName(spec.attacher, at.child('attacher'), errors);
  validateSource(spec.source, at.child('source'), errors);
  addProblems(dns1123Subdomain(spec.nodeName), spec.nodeName, at.child('nodeName'), errors);
  const metadata = Object.entries(status?.attachmentMetadata ?? {});
  const bytes = metadata.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes > MAX_METADATA_BYTES) errors.tooLong(path.child('status', 'attachmentMetadata'), MAX_METADATA_BYTES);
  for (const field of ['attachError', 'detachError'] as const) {
    const error = status?.[field];
    if (error !== undefined) validateError(error, path.child('status', field), errors);
  }
}

export function validateVolumeAttachmentUpdate(next: Attachment, previous: Attachment, path: FieldPath, errors: FieldErrors): void {
  validateImmutable({ next: next.spec, previous: previous.spec }, path.child('spec'), errors);
}

function validateSource(
  { inlineVolumeSpec: inline, persistentVolumeName: name }: DeepReadonly<VolumeAttachmentSource>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const exactlyOne = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inline === undefined && name === undefined) return errors.required(path, exactlyOne);
  if (inline !== undefined && name !== undefined) return errors.forbidden(path, exactlyOne);
  if (name === '') return errors.required(path.child('persistentVolumeName'), 'must specify non empty persistentVolumeName');
  if (name !== undefined) addProblems(dns1123Subdomain(name), name, path.child('persistentVolumeName'), errors);
  if (inline !== undefined) validateInline(inline, path.child('inlineVolumeSpec'), errors);
}

function validateInline(spec: DeepReadonly<PersistentVolumeSpec>, path: FieldPath, errors: FieldErrors): void {
  for (const field of NOT_INLINE)
    if (spec[field] !== undefined) errors.forbidden(path.child(field), 'may not be specified in the context of inline volumes');
  if (spec.csi === undefined) errors.required(path.child('csi'), 'has to be specified in the context of inline volumes');
  else {
    validateDriverName(spec.csi.driver, path.child('csi', 'driver'), errors);
    if (isEmpty(spec.csi.volumeHandle)) errors.required(path.child('csi', 'volumeHandle'));
  }
  if (isEmpty(spec.accessModes)) errors.required(path.child('accessModes'));
  validateAccessModes(listOf(spec.accessModes), path.child('accessModes'), errors);
  const { persistentVolumeReclaimPolicy: policy = '' } = spec;
  if (policy !== '' && policy !== 'Retain')
    errors.forbidden(path.child('persistentVolumeReclaimPolicy'), 'may only be Retain in the context of inline volumes');
}

function validateError({ errorCode, message = '' }: DeepReadonly<VolumeError>, path: FieldPath, errors: FieldErrors): void {
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) errors.tooLong(path.child('message'), MAX_MESSAGE_BYTES);
  if (errorCode !== undefined && errorCode < 0) errors.invalid(path.child('errorCode'), errorCode, notInRange(0, MAX_INT32));
}
