import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { runtimeclasses, type RuntimeClass } from '../../../generated/node/v1';

const columns: readonly TableColumn<RuntimeClass>[] = [
  nameColumn,
  { name: 'Handler', type: 'string', value: ({ handler }) => handler },
  ageColumn,
];

export const runtimeClass = defineKind(runtimeclasses, { generationFrom: [], columns });
