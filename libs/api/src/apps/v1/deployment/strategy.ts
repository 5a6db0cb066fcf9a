import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { podNameWarnings, templateWarnings } from '../../../core/v1/pod-template-spec/warnings';
import { defineKind } from '../../../define-kind';
import { deployments } from '../../../generated/apps/v1';
import { countedStatus } from '../../../replica-counts';
import { defaultDeployment } from './defaults';
import { columns } from './table';
import { validateDeployment, validateDeploymentUpdate } from './validation';

export const deployment = defineKind(deployments, {
  podSpecPath: ['spec', 'template', 'spec'],
  defaults: defaultDeployment,
  prepareForCreate: ({ spec }) => dropDisabledFields(spec.template.spec),
  prepareForUpdate: (next, previous) => dropDisabledFields(next.spec.template.spec, previous.spec.template.spec),
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  warnings: (next, previous) => [...(previous === undefined ? podNameWarnings(next) : []), ...templateWarnings(next, previous)],
  subresources: {
    status: countedStatus({
      counts: [
        'observedGeneration',
        'replicas',
        'updatedReplicas',
        'readyReplicas',
        'availableReplicas',
        'unavailableReplicas',
        'terminatingReplicas',
        'collisionCount',
      ],
      parts: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
      ready: 'readyReplicas',
    }),
  },
  columns,
});
