import { nameIsDnsLabel } from '@keelson/apimachinery';
import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { templateWarnings } from '../../../core/v1/pod-template-spec/warnings';
import { defineKind } from '../../../define-kind';
import { statefulsets, type StatefulSetSpec } from '../../../generated/apps/v1';
import { countedStatus } from '../../../replica-counts';
import { defaultStatefulSet } from './defaults';
import { columns } from './table';
import { validateStatefulSet, validateStatefulSetCreate, validateStatefulSetUpdate } from './validation';

export const statefulSet = defineKind(statefulsets, {
  podSpecPath: ['spec', 'template', 'spec'],
  defaults: defaultStatefulSet,
  prepareForCreate({ spec }) {
    dropDisabledFields(spec.template.spec);
    dropMaxUnavailable(spec);
  },
  prepareForUpdate(next, previous) {
    dropDisabledFields(next.spec.template.spec, previous.spec.template.spec);
    if (previous.spec.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) dropMaxUnavailable(next.spec);
  },
  validateName: nameIsDnsLabel,
  validate: validateStatefulSet,
  validateCreate: validateStatefulSetCreate,
  validateUpdate: validateStatefulSetUpdate,
  warnings: (next, previous) => [
    ...templateWarnings(next, previous),
    ...((next.spec.revisionHistoryLimit ?? 0) < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ],
  subresources: {
    status: countedStatus({
      counts: [
        'replicas',
        'readyReplicas',
        'currentReplicas',
        'updatedReplicas',
        'availableReplicas',
        'observedGeneration',
        'collisionCount',
      ],
      parts: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      ready: 'status.readyReplicas',
    }),
  },
  columns,
});

/** Its feature gate is off by default. */
function dropMaxUnavailable({ updateStrategy }: StatefulSetSpec): void {
  delete updateStrategy?.rollingUpdate?.maxUnavailable;
}
