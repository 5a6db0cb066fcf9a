import { LabelMatcher, NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PodTemplateSpec, ReplicationController } from '../../../generated/core/v1';
import { validatePodTemplateSpec, validateTemplateMatches } from '../pod-template-spec/validation';

export function validateReplicationController({ spec }: DeepReadonly<ReplicationController>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { minReadySeconds = 0, replicas, selector, template } = spec;
  if (minReadySeconds < 0) errors.invalid(at.child('minReadySeconds'), minReadySeconds, NOT_NEGATIVE);
  if (Object.keys(selector ?? {}).length === 0) errors.required(at.child('selector'));
  if (replicas === undefined) errors.required(at.child('replicas'));
  else if (replicas < 0) errors.invalid(at.child('replicas'), replicas, NOT_NEGATIVE);
  if (template === undefined) return errors.required(at.child('template'));
  validateTemplateMatches(template, LabelMatcher.ofSet(selector), at.child('template'), errors);
  validatePodTemplateSpec(template, at.child('template'), errors);
  validateRestarts(template, at.child('template', 'spec'), errors);
}

/** Pods that are to be replaced for ever must not end by themselves. */
function validateRestarts({ spec }: DeepReadonly<PodTemplateSpec>, path: FieldPath, errors: FieldErrors): void {
  if (spec?.restartPolicy !== 'Always') errors.notSupported(path.child('restartPolicy'), spec?.restartPolicy ?? '', ['Always']);
  if (spec?.activeDeadlineSeconds !== undefined)
    errors.forbidden(path.child('activeDeadlineSeconds'), 'activeDeadlineSeconds in ReplicationController is not Supported');
}
