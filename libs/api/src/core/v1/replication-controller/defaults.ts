import type { ReplicationController } from '../../../generated/core/v1';
import { ensure } from '../../../presence';
import { defaultPodTemplateSpec } from '../pod-template-spec/defaults';

export function defaultReplicationController(controller: ReplicationController): void {
  const spec = ensure(controller, 'spec', {});
  spec.replicas ??= 1;
  defaultPodTemplateSpec(spec.template);
  const labels = spec.template?.metadata?.labels;
  if (labels === undefined) return;
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
  if (Object.keys(controller.metadata.labels ?? {}).length === 0) controller.metadata.labels = { ...labels };
}
