import { defaultPodTemplateSpec } from '../../../core/v1/pod-template-spec/defaults';
import type { ReplicaSet } from '../../../generated/apps/v1';

export function defaultReplicaSet({ spec }: ReplicaSet): void {
  spec.replicas ??= 1;
  defaultPodTemplateSpec(spec.template);
}
