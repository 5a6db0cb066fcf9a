import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec } from '../../../generated/autoscaling/v2';
import { isEmpty } from '../../../presence';

/** What an autoscaler keeps its pods at if it names no metric. */
const DEFAULT_CPU_UTILIZATION = 80;
/** Seconds. */
const PERIOD = 15;

/** Either of two policies lets more pods start at once; and all may go at once. */
const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: PERIOD },
    { type: 'Percent', value: 100, periodSeconds: PERIOD },
  ],
};
/** How long it waits before it scales down is a flag of the controller. */
const SCALE_DOWN: HPAScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD }] };

export function defaultHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1;
  if (isEmpty(spec.metrics)) spec.metrics = [cpuUtilization(DEFAULT_CPU_UTILIZATION)];
  if (spec.behavior === undefined) return;
  spec.behavior.scaleUp = { ...structuredClone(SCALE_UP), ...spec.behavior.scaleUp };
  spec.behavior.scaleDown = { ...structuredClone(SCALE_DOWN), ...spec.behavior.scaleDown };
}

/** The metric that `autoscaling/v1` knows. @param averageUtilization in percent of what the pods request */
export function cpuUtilization(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}
