import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { csinodes, type CSINode } from '../../../generated/storage/v1';
import { listOf } from '../../../presence';
import { validateCsiNode, validateCsiNodeUpdate } from './validation';

const columns: readonly TableColumn<CSINode>[] = [
  nameColumn,
  { name: 'Drivers', type: 'integer', value: ({ spec }) => listOf(spec.drivers).length },
  ageColumn,
];

export const csiNode = defineKind(csinodes, {
  generationFrom: [],
  validate: validateCsiNode,
  validateUpdate: validateCsiNodeUpdate,
  allowUnconditionalUpdate: false,
  columns,
});
