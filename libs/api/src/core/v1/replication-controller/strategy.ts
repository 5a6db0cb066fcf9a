import { defineKind } from '../../../define-kind';
import { replicationcontrollers } from '../../../generated/core/v1';
import { defaultReplicationController } from './defaults';
import { columns } from './table';
import { validateReplicationController } from './validation';

export const replicationController = defineKind(replicationcontrollers, {
  storagePath: 'controllers',
  defaults: defaultReplicationController,
  validate: validateReplicationController,
  columns,
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
});
