import type { MetricSource } from '../../v2/horizontal-pod-autoscaler/metric-sources';

/** A field of a metric in the annotations of `autoscaling/v1`, and where `autoscaling/v2` has it. */
interface FieldForm {
  readonly v1: string;
  readonly v2: readonly [string] | readonly [string, string];
  /** A quantity that Go always writes: zero stands for none. */
  readonly always?: true;
}

type Forms = Readonly<Record<MetricSource, readonly FieldForm[]>>;
type Fields = Readonly<Record<string, unknown>>;

const NAME: FieldForm = { v1: 'name', v2: ['name'] };
const CONTAINER: FieldForm = { v1: 'container', v2: ['container'] };
const METRIC_NAME: FieldForm = { v1: 'metricName', v2: ['metric', 'name'] };
const SELECTOR: FieldForm = { v1: 'selector', v2: ['metric', 'selector'] };
const METRIC_SELECTOR: FieldForm = { v1: 'metricSelector', v2: ['metric', 'selector'] };
const DESCRIBED: FieldForm = { v1: 'target', v2: ['describedObject'] };
const TARGET_UTILIZATION: FieldForm = { v1: 'targetAverageUtilization', v2: ['target', 'averageUtilization'] };
const TARGET_AVERAGE: FieldForm = { v1: 'targetAverageValue', v2: ['target', 'averageValue'] };
const TARGET_VALUE: FieldForm = { v1: 'targetValue', v2: ['target', 'value'] };
const CURRENT_UTILIZATION: FieldForm = { v1: 'currentAverageUtilization', v2: ['current', 'averageUtilization'] };
const CURRENT_AVERAGE: FieldForm = { v1: 'currentAverageValue', v2: ['current', 'averageValue'] };
const CURRENT_VALUE: FieldForm = { v1: 'currentValue', v2: ['current', 'value'], always: true };

/** Fields in the order in which Go writes them (k8s.io/api/autoscaling/v1/types.go). */
const SPEC_FORMS: Forms = {
  object: [DESCRIBED, METRIC_NAME, { ...TARGET_VALUE, always: true }, SELECTOR, { v1: 'averageValue', v2: ['target', 'averageValue'] }],
  pods: [METRIC_NAME, { ...TARGET_AVERAGE, always: true }, SELECTOR],
  resource: [NAME, TARGET_UTILIZATION, TARGET_AVERAGE],
  containerResource: [NAME, TARGET_UTILIZATION, TARGET_AVERAGE, CONTAINER],
  external: [METRIC_NAME, METRIC_SELECTOR, TARGET_VALUE, TARGET_AVERAGE],
};

const STATUS_FORMS: Forms = {
  object: [DESCRIBED, METRIC_NAME, CURRENT_VALUE, SELECTOR, { v1: 'averageValue', v2: ['current', 'averageValue'] }],
  pods: [METRIC_NAME, { ...CURRENT_AVERAGE, always: true }, SELECTOR],
  resource: [NAME, CURRENT_UTILIZATION, { ...CURRENT_AVERAGE, always: true }],
  containerResource: [NAME, CURRENT_UTILIZATION, { ...CURRENT_AVERAGE, always: true }, CONTAINER],
  external: [METRIC_NAME, METRIC_SELECTOR, CURRENT_VALUE, CURRENT_AVERAGE],
};

/** A metric, or what is known of one, as the annotations of `autoscaling/v1` have it. */
export const metricSpecToV1 = (metric: object): object => toV1(metric as Fields, SPEC_FORMS);
export const metricStatusToV1 = (metric: object): object => toV1(metric as Fields, STATUS_FORMS);

export const metricStatusFromV1 = (metric: Fields): Fields => fromV1(metric, STATUS_FORMS);

/** The kind of target is not written in v1: it follows from which of its values is there. */
export function metricSpecFromV1(metric: Fields): Fields {
  const parts = fromV1(metric, SPEC_FORMS);
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, name in SPEC_FORMS ? withTargetType(name, part) : part]));
}

function toV1(metric: Fields, forms: Forms): Fields {
  const result: Record<string, unknown> = { type: metric['type'] };
  for (const [source, fields] of Object.entries(forms)) {
    const part = metric[source];
    if (part !== undefined) result[source] = Object.fromEntries(fields.map((form) => [form.v1, read(part, form)]));
  }
  return result;
}

function read(part: unknown, { always, v2: [first, second] }: FieldForm): unknown {
  const outer = asFields(part)[first];
  const value = second === undefined ? outer : asFields(outer)[second];
  return value ?? (always === true ? '0' : undefined);
}

function fromV1(metric: Fields, forms: Forms): Fields {
  const result: Record<string, unknown> = { type: metric['type'] };
  for (const [source, fields] of Object.entries(forms)) {
    const part = metric[source];
    if (part !== undefined && part !== null) result[source] = nested(asFields(part), fields);
  }
  return result;
}

function nested(part: Fields, fields: readonly FieldForm[]): Fields {
  const result: Record<string, unknown> = {};
  for (const { always, v1, v2 } of fields) {
    const value = part[v1] ?? (always === true ? '0' : undefined);
    const [first, second] = v2;
    if (value === undefined) continue;
    result[first] = second === undefined ? value : { ...asFields(result[first]), [second]: value };
  }
  return result;
}

function withTargetType(source: string, part: unknown): Fields {
  const { target, ...rest } = asFields(part);
  const { value, ...averages } = asFields(target);
  if (averages['averageUtilization'] !== undefined) return { ...rest, target: { type: 'Utilization', ...asFields(target) } };
  const hasAverage = averages['averageValue'] !== undefined;
  const isAverage = source === 'object' ? hasAverage : value === undefined;
  // v1 can't leave the value out, so that zero is none where there is an average.
  const kept = source === 'object' && hasAverage && value === '0' ? averages : asFields(target);
  return { ...rest, target: { type: isAverage ? 'AverageValue' : 'Value', ...kept } };
}

const asFields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
