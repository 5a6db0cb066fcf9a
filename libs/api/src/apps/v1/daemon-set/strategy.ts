import { semanticEqual } from '@keelson/apimachinery';
import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { templateWarnings } from '../../../core/v1/pod-template-spec/warnings';
import { defineKind } from '../../../define-kind';
import { daemonsets } from '../../../generated/apps/v1';
import { countedStatus } from '../../../replica-counts';
import { defaultDaemonSet } from './defaults';
import { columns } from './table';
import { setTemplateGeneration, templateGeneration } from './template-generation';
import { validateDaemonSet, validateDaemonSetUpdate } from './validation';

export const daemonSet = defineKind(daemonsets, {
  podSpecPath: ['spec', 'template', 'spec'],
  defaults: defaultDaemonSet,
  prepareForCreate(object) {
    dropDisabledFields(object.spec.template.spec);
    setTemplateGeneration(object, Math.max(1, templateGeneration(object)));
  },
  prepareForUpdate(next, previous) {
    dropDisabledFields(next.spec.template.spec, previous.spec.template.spec);
    const isSame = semanticEqual(next.spec.template, previous.spec.template);
    setTemplateGeneration(next, templateGeneration(previous) + (isSame ? 0 : 1));
  },
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  warnings: templateWarnings,
  subresources: {
    status: countedStatus({
      counts: [
        'currentNumberScheduled',
        'numberMisscheduled',
        'desiredNumberScheduled',
        'numberReady',
        'observedGeneration',
        'updatedNumberScheduled',
        'numberAvailable',
        'numberUnavailable',
        'collisionCount',
      ],
      parts: [],
      ready: 'numberReady',
    }),
  },
  columns,
});
