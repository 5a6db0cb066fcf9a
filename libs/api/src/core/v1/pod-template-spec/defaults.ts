import type { PodTemplateSpec } from '../../../generated/core/v1';
import { ensure } from '../../../presence';
import { defaultPodSpec } from '../pod-spec/defaults';

/** Fills in the template of a workload. Writes into it; idempotent. */
export function defaultPodTemplateSpec(template: PodTemplateSpec | undefined): void {
  if (template === undefined) return;
  defaultPodSpec(ensure(template, 'spec', { containers: [] }));
}
