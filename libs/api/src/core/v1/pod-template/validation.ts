import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { PodTemplate } from '../../../generated/core/v1';
import { validatePodTemplateSpec } from '../pod-template-spec/validation';

export function validatePodTemplate({ template }: DeepReadonly<PodTemplate>, path: FieldPath, errors: FieldErrors): void {
  if (template === undefined) errors.required(path.child('template'));
  else validatePodTemplateSpec(template, path.child('template'), errors);
}
