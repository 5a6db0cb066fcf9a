import { defaultPodTemplateSpec } from '../../../core/v1/pod-template-spec/defaults';
import type { ReplicaSet } from '../../../generated/apps/v1';

export function defaultReplicaSet({ metadata, spec }: ReplicaSet): void {
  spec.replicas ??= 1;
  const labels = spec.template?.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  defaultPodTemplateSpec(spec.template);
}
