import { defineKind } from '../../../define-kind';
import { nodes } from '../../../generated/core/v1';
import { defaultNode } from './defaults';
import { columns } from './table';
import { validateNode, validateNodeUpdate } from './validation';

export const node = defineKind(nodes, {
  storagePath: 'minions',
  defaults: defaultNode,
  keepsStatusOnCreate: true,
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  generationFrom: [],
  columns,
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec.unschedulable ?? false) },
});
