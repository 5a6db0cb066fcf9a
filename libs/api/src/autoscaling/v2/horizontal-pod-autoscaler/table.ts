import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../../generated/autoscaling/v2';
import { listOf } from '../../../presence';
import { METRIC_SOURCES, type MetricSource } from './metric-sources';

/** A cell shows this many metrics. */
const SHOWN = 2;

export const columns: readonly TableColumn<HorizontalPodAutoscaler>[] = [
  nameColumn,
  { name: 'Reference', type: 'string', value: ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}` },
  { name: 'Targets', type: 'string', value: ({ spec, status }) => targetsText(listOf(spec.metrics), listOf(status?.currentMetrics)) },
  { name: 'MinPods', type: 'string', value: ({ spec }) => String(spec.minReplicas ?? '<unset>') },
  { name: 'MaxPods', type: 'string', value: ({ spec }) => spec.maxReplicas },
  { name: 'Replicas', type: 'string', value: ({ status }) => status?.currentReplicas ?? 0 },
  ageColumn,
];

function targetsText(specs: DeepReadonly<MetricSpec[]>, statuses: DeepReadonly<MetricStatus[]>): string {
  if (specs.length === 0) return '<none>';
  const texts = specs.slice(0, SHOWN).map((spec, index) => metricText(spec, statuses[index]));
  return texts.join(', ') + (specs.length > SHOWN ? ` + ${specs.length - SHOWN} more...` : '');
}

function metricText(spec: DeepReadonly<MetricSpec>, status: DeepReadonly<MetricStatus> | undefined): string {
  const source = METRIC_SOURCES.get(spec.type);
  const wanted = source === undefined ? undefined : spec[source];
  if (source === undefined || wanted === undefined) return '<unknown type>';
  const current = status?.[source]?.current;
  return 'name' in wanted ? `${wanted.name}: ${resourceText(wanted.target, current)}` : valueText(source, wanted.target, current);
}

function resourceText(target: DeepReadonly<MetricTarget>, current: DeepReadonly<MetricValueStatus> | undefined): string {
  if (target.averageValue !== undefined) return `${known(current, current?.averageValue)}/${target.averageValue}`;
  return `${percentText(current?.averageUtilization, '<unknown>')}/${percentText(target.averageUtilization, '<auto>')}`;
}

function valueText(source: MetricSource, target: DeepReadonly<MetricTarget>, current: DeepReadonly<MetricValueStatus> | undefined): string {
  if (source === 'pods') return `${known(current, current?.averageValue)}/${target.averageValue ?? '0'}`;
  if (target.averageValue !== undefined) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  return `${known(current, current?.value)}/${target.value ?? '0'}`;
}

/** A value that has been measured; one that was not counts as none, as in Go. */
const known = (current: object | undefined, value: string | undefined): string => (current === undefined ? '<unknown>' : (value ?? '0'));

const percentText = (value: number | undefined, absent: string): string => (value === undefined ? absent : `${value}%`);
