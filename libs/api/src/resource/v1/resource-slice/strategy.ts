import { ageColumn, nameColumn } from '../../../columns';
import { defineKind } from '../../../define-kind';
import { resourceslices } from '../../../generated/resource/v1';

export const resourceSlice = defineKind(resourceslices, {
  columns: [
    nameColumn,
    { name: 'Node', type: 'string', value: ({ spec }) => spec.nodeName ?? '' },
    { name: 'Driver', type: 'string', value: ({ spec }) => spec.driver },
    { name: 'Pool', type: 'string', value: ({ spec }) => spec.pool.name },
    ageColumn,
  ],
  unknownField: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  selectableFields: { 'spec.nodeName': ({ spec }) => spec.nodeName ?? '', 'spec.driver': ({ spec }) => spec.driver },
});
