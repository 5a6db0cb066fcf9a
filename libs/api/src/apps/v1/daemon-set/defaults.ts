import { defaultPodTemplateSpec } from '../../../core/v1/pod-template-spec/defaults';
import type { DaemonSet } from '../../../generated/apps/v1';
import { ensure } from '../../../presence';

export function defaultDaemonSet({ spec }: DaemonSet): void {
  const strategy = ensure(spec, 'updateStrategy', {});
  if ((strategy.type ?? '') === '') strategy.type = 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = ensure(strategy, 'rollingUpdate', {});
    rolling.maxUnavailable ??= 1;
    rolling.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  defaultPodTemplateSpec(spec.template);
}
