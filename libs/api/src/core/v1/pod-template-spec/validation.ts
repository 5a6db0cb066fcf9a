import {
  LabelMatcher,
  SelectorError,
  validateAnnotations,
  validateLabels,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
  type LabelSelector,
} from '@keelson/apimachinery';
import type { PodTemplateSpec } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { validatePodSpec } from '../pod-spec/validation';
import { validatePodAnnotations } from '../pod/annotation-validation';

/** The rules of a template (pkg/apis/core/validation `ValidatePodTemplateSpec`): a pod's, without a name. */
export function validatePodTemplateSpec(template: DeepReadonly<PodTemplateSpec>, path: FieldPath, errors: FieldErrors): void {
  const { metadata, spec } = template;
  validateLabels(metadata?.labels, path.child('labels'), errors);
  validateAnnotations(metadata?.annotations, path.child('annotations'), errors);
  validatePodAnnotations(metadata?.annotations, spec, path.child('annotations'), errors);
  if (spec === undefined) return errors.required(path.child('spec'));
  validatePodSpec(spec, path.child('spec'), errors);
  if (listOf(spec.ephemeralContainers).length > 0)
    errors.forbidden(path.child('spec', 'ephemeralContainers'), 'ephemeral containers not allowed in pod template');
}

/** A workload's template must make pods that its selector finds. `path` is the template's. */
export function validateTemplateMatches(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  selector: LabelMatcher,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const labels = template?.metadata?.labels;
  if (!selector.isEverything && !selector.matches(labels))
    errors.invalid(path.child('metadata', 'labels'), labels, '`selector` does not match template `labels`');
}

/** @returns what a selector finds; undefined if it is malformed, which validation says in its own words */
export function tryMatcher(selector: DeepReadonly<LabelSelector> | undefined): LabelMatcher | undefined {
  try {
    return LabelMatcher.of(selector);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}
