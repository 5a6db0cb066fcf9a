import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { volumeattachments, type VolumeAttachment } from '../../../generated/storage/v1';
import { validateVolumeAttachment, validateVolumeAttachmentUpdate } from './validation';

const columns: readonly TableColumn<VolumeAttachment>[] = [
  nameColumn,
  { name: 'Attacher', type: 'string', format: 'name', value: ({ spec }) => spec.attacher },
  { name: 'PV', type: 'string', value: ({ spec }) => spec.source.persistentVolumeName ?? '' },
  { name: 'Node', type: 'string', value: ({ spec }) => spec.nodeName },
  { name: 'Attached', type: 'boolean', value: ({ status }) => status?.attached ?? false },
  ageColumn,
];

export const volumeAttachment = defineKind(volumeattachments, {
  generationFrom: [],
  prepareForCreate: (object) => void (object.status = { attached: false }),
  validate: validateVolumeAttachment,
  validateUpdate: validateVolumeAttachmentUpdate,
  subresources: { status: { prepareForUpdate: prepareStatus, validateUpdate: validateVolumeAttachmentUpdate } },
  allowUnconditionalUpdate: false,
  columns,
});

/** A driver's finalizer is not for who reports on the attachment to take away. */
function prepareStatus(next: VolumeAttachment, previous: DeepReadonly<VolumeAttachment>): void {
  const { metadata, spec } = structuredClone(previous) as VolumeAttachment;
  const { resourceVersion } = next.metadata;
  next.metadata = { ...metadata, resourceVersion };
  next.spec = spec;
}
