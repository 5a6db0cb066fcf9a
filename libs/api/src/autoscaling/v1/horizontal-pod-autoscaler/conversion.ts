import type { KindConversion } from '../../../define-kind';
import * as v1 from '../../../generated/autoscaling/v1';
import * as v2 from '../../../generated/autoscaling/v2';
import { isEmpty, listOf } from '../../../presence';
import { cpuUtilization } from '../../v2/horizontal-pod-autoscaler/defaults';
import { ROUND_TRIP, withRoundTrip } from '../../v2/horizontal-pod-autoscaler/round-trip-annotations';
import { behaviorFromV1, behaviorToV1 } from './behavior-form';
import { metricSpecFromV1, metricSpecToV1, metricStatusFromV1, metricStatusToV1 } from './metric-forms';

type Fields = Readonly<Record<string, unknown>>;

/**
 * `autoscaling/v1` knows of CPU utilization alone; all else of the stored `autoscaling/v2` it carries in annotations, so that nothing is
 * lost on the way there and back (pkg/apis/autoscaling/v1/conversion.go).
 */
export const horizontalPodAutoscalerConversion: KindConversion<v1.HorizontalPodAutoscaler, v2.HorizontalPodAutoscaler> = {
  resource: v1.horizontalpodautoscalers,
  storedAs: v2.horizontalpodautoscalers,
  conversion: { fromStored, toStored },
};

function fromStored({ metadata, spec, status }: v2.HorizontalPodAutoscaler): v1.HorizontalPodAutoscaler {
  const metrics = listOf(spec.metrics);
  const utilization = metrics.find(isCpuUtilization)?.resource?.target.averageUtilization;
  const { maxReplicas, minReplicas, scaleTargetRef } = spec;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: withRoundTrip(metadata, {
      [ROUND_TRIP.metrics]: listText(metrics.filter((metric) => !isCpuUtilization(metric)).map(metricSpecToV1)),
      [ROUND_TRIP.currentMetrics]: listText(listOf(status?.currentMetrics).map(metricStatusToV1)),
      [ROUND_TRIP.behavior]: spec.behavior === undefined ? undefined : behaviorToV1(spec.behavior),
      [ROUND_TRIP.conditions]: listText(listOf(status?.conditions).map(conditionToV1)),
    }),
    spec: {
      scaleTargetRef,
      ...(minReplicas === undefined ? {} : { minReplicas }),
      maxReplicas,
      ...(utilization === undefined ? {} : { targetCPUUtilizationPercentage: utilization }),
    },
    status: statusFromStored(status),
  };
}

function statusFromStored(status: v2.HorizontalPodAutoscalerStatus | undefined): v1.HorizontalPodAutoscalerStatus {
  const { currentMetrics, currentReplicas = 0, desiredReplicas = 0, lastScaleTime, observedGeneration } = status ?? {};
  const utilization = listOf(currentMetrics)
    .filter(({ resource, type }) => type === 'Resource' && resource?.name === 'cpu')
    .map(({ resource }) => resource?.current.averageUtilization)
    .findLast((value) => value !== undefined);
  return {
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    currentReplicas,
    desiredReplicas,
    ...(utilization === undefined ? {} : { currentCPUUtilizationPercentage: utilization }),
  };
}

/** What annotations hold is of no type yet: the stored version's decoder sees to that. */
function toStored({ metadata, spec, status }: v1.HorizontalPodAutoscaler): v2.HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: utilization, ...rest } = spec;
  const annotations = metadata.annotations ?? {};
  const others = listIn(annotations[ROUND_TRIP.metrics]) ?? [];
  const behavior = behaviorFromV1(parsed(annotations[ROUND_TRIP.behavior]));
  const metrics = [...others.map(metricSpecFromV1), ...(utilization === undefined ? [] : [cpuUtilization(utilization)])];
  const converted = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: withRoundTrip(metadata),
    spec: { ...rest, metrics, ...(behavior === undefined ? {} : { behavior }) },
    status: statusToStored(status, annotations),
  };
  return converted as unknown as v2.HorizontalPodAutoscaler;
}

function statusToStored(status: v1.HorizontalPodAutoscalerStatus | undefined, annotations: Readonly<Record<string, string>>): object {
  const { currentCPUUtilizationPercentage: utilization, ...rest } = status ?? {};
  const cpu = { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: utilization } } };
  // The annotation knows more than the field.
  const currentMetrics =
    listIn(annotations[ROUND_TRIP.currentMetrics])?.map(metricStatusFromV1) ?? (utilization === undefined ? [] : [cpu]);
  const conditions = listIn(annotations[ROUND_TRIP.conditions]);
  return { ...rest, currentMetrics, ...(conditions === undefined ? {} : { conditions }) };
}

const isCpuUtilization = ({ resource, type }: v2.MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

const conditionToV1 = ({ lastTransitionTime, message, reason, status, type }: v2.HorizontalPodAutoscalerCondition): object => ({
  type,
  status,
  lastTransitionTime: lastTransitionTime ?? null,
  reason,
  message,
});

const listText = (list: readonly object[]): string | undefined => (isEmpty(list) ? undefined : JSON.stringify(list));

/** @returns undefined unless the text is a list of objects; upstream passes over anything else */
function listIn(text: string | undefined): readonly Fields[] | undefined {
  const value = parsed(text);
  const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'object' && entry !== null && !Array.isArray(entry));
  return isList ? (value as Fields[]) : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
