import type { PodTemplate } from '../../../generated/core/v1';
import { defaultPodTemplateSpec } from '../pod-template-spec/defaults';

export function defaultPodTemplate({ template }: PodTemplate): void {
  defaultPodTemplateSpec(template);
}
