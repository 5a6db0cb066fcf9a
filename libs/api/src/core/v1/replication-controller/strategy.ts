import { defineKind } from '../../../define-kind';
import { replicationcontrollers } from '../../../generated/core/v1';
import { dropDisabledFields } from '../pod-spec/disabled-fields';
import { podNameWarnings, templateWarnings } from '../pod-template-spec/warnings';
import { countedStatus } from '../../../replica-counts';
import { defaultReplicationController } from './defaults';
import { columns } from './table';
import { validateReplicationController } from './validation';

export const replicationController = defineKind(replicationcontrollers, {
  podSpecPath: ['spec', 'template', 'spec'],
  storagePath: 'controllers',
  defaults: defaultReplicationController,
  prepareForCreate: ({ spec }) => dropDisabledFields(spec.template?.spec),
  prepareForUpdate: (next, previous) => dropDisabledFields(next.spec.template?.spec, previous.spec.template?.spec),
  validate: validateReplicationController,
  warnings: (next, previous) => [...(previous === undefined ? podNameWarnings(next) : []), ...templateWarnings(next, previous)],
  subresources: {
    status: countedStatus({
      counts: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
      parts: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
      ready: 'readyReplicas',
    }),
  },
  columns,
  orphansByDefault: true,
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
});
