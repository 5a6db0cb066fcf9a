import { containerImages, containerNames, labelsText, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { PodTemplate } from '../../../generated/core/v1';

export const columns: readonly TableColumn<PodTemplate>[] = [
  nameColumn,
  { name: 'Containers', type: 'string', value: ({ template }) => containerNames(template?.spec?.containers) },
  { name: 'Images', type: 'string', value: ({ template }) => containerImages(template?.spec?.containers) },
  { name: 'Pod Labels', type: 'string', value: ({ template }) => labelsText(template?.metadata?.labels) },
];
