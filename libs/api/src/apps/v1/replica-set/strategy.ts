import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { podNameWarnings, templateWarnings } from '../../../core/v1/pod-template-spec/warnings';
import { defineKind } from '../../../define-kind';
import { replicasets } from '../../../generated/apps/v1';
import { countedStatus } from '../../../replica-counts';
import { defaultReplicaSet } from './defaults';
import { columns } from './table';
import { validateReplicaSet, validateReplicaSetUpdate } from './validation';

export const replicaSet = defineKind(replicasets, {
  podSpecPath: ['spec', 'template', 'spec'],
  defaults: defaultReplicaSet,
  prepareForCreate: ({ spec }) => dropDisabledFields(spec.template?.spec),
  prepareForUpdate: (next, previous) => dropDisabledFields(next.spec.template?.spec, previous.spec.template?.spec),
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  warnings: (next, previous) => [...(previous === undefined ? podNameWarnings(next) : []), ...templateWarnings(next, previous)],
  subresources: {
    status: countedStatus({
      counts: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'],
      parts: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
      ready: 'readyReplicas',
    }),
  },
  columns,
});
