import { defaultPodTemplateSpec } from '../../../core/v1/pod-template-spec/defaults';
import type { Deployment } from '../../../generated/apps/v1';
import { ensure } from '../../../presence';

const QUARTER = '25%';

export function defaultDeployment(deployment: Deployment): void {
  const { spec } = deployment;
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  const strategy = ensure(spec, 'strategy', {});
  if ((strategy.type ?? '') === '') strategy.type = 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = ensure(strategy, 'rollingUpdate', {});
    rolling.maxUnavailable ??= QUARTER;
    rolling.maxSurge ??= QUARTER;
  }
  defaultPodTemplateSpec(spec.template);
}
