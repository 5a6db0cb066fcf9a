import {
  addProblems,
  dns1123Label,
  parseApiVersion,
  pathSegmentName,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { validateContainerResourceName, validateQuantity } from '../../../core/v1/pod-spec/resource-validation';
import type { CrossVersionObjectReference, MetricSpec, MetricTarget } from '../../../generated/autoscaling/v2';
import { isEmpty } from '../../../presence';
import { METRIC_SOURCES, type MetricSource } from './metric-sources';

const TYPES = [...METRIC_SOURCES.keys()].sort();
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

type Spec = DeepReadonly<MetricSpec>;
type Source<K extends MetricSource> = NonNullable<Spec[K]>;

/** How strictly a reference's `apiVersion` is looked at: what was stored once may stay as it is. */
export type ApiVersionRule = 'group-required' | 'well-formed' | 'any';

export function validateMetric(spec: Spec, path: FieldPath, errors: FieldErrors, apiVersions: ApiVersionRule): void {
  if (isEmpty(spec.type)) errors.required(path.child('type'), 'must specify a metric source type');
  const expected = METRIC_SOURCES.get(spec.type);
  if (expected === undefined) errors.notSupported(path.child('type'), spec.type, TYPES);
  validateSource(spec, path, errors, apiVersions);
  if (expected !== undefined && spec[expected] === undefined)
    errors.required(path.child(expected), 'must populate information for the given metric source');
  const present = [...METRIC_SOURCES.values()].filter((source) => spec[source] !== undefined);
  if (present.length < 2) return;
  for (const source of present) if (source !== expected) errors.forbidden(path.child(source), 'must populate the given metric source only');
}

/** Of several sources only the first is looked into. */
function validateSource(spec: Spec, path: FieldPath, errors: FieldErrors, apiVersions: ApiVersionRule): void {
  const { containerResource, external, object, pods, resource } = spec;
  if (object !== undefined) validateObjectSource(object, path.child('object'), errors, apiVersions);
  else if (external !== undefined) validateExternalSource(external, path.child('external'), errors);
  else if (pods !== undefined) validatePodsSource(pods, path.child('pods'), errors);
  else if (resource !== undefined) {
    const at = path.child('resource');
    if (isEmpty(resource.name)) errors.required(at.child('name'), 'must specify a resource name');
    validateResourceTarget(resource.target, at.child('target'), errors);
  } else if (containerResource !== undefined) validateContainerResource(containerResource, path.child('containerResource'), errors);
}

function validatePodsSource({ metric, target }: Source<'pods'>, path: FieldPath, errors: FieldErrors): void {
  validateMetricName(metric.name, path.child('metric', 'name'), errors);
  validateTarget(target, path.child('target'), errors);
  if (target.averageValue === undefined)
    errors.required(path.child('target', 'averageValue'), 'must specify a positive target averageValue');
}

function validateObjectSource(
  { describedObject, metric, target }: Source<'object'>,
  path: FieldPath,
  errors: FieldErrors,
  apiVersions: ApiVersionRule,
): void {
  validateReference(describedObject, path.child('describedObject'), errors, apiVersions);
  validateMetricName(metric.name, path.child('metric', 'name'), errors);
  validateTarget(target, path.child('target'), errors);
  if (target.value === undefined && target.averageValue === undefined)
    errors.required(path.child('target', 'averageValue'), 'must set either a target value or averageValue');
}

function validateExternalSource({ metric, target }: Source<'external'>, path: FieldPath, errors: FieldErrors): void {
  validateMetricName(metric.name, path.child('metric', 'name'), errors);
  validateTarget(target, path.child('target'), errors);
  if (target.value === undefined && target.averageValue === undefined)
    errors.required(path.child('target', 'averageValue'), 'must set either a target value for metric or a per-pod target');
  if (target.value !== undefined && target.averageValue !== undefined)
    errors.forbidden(path.child('target', 'value'), 'may not set both a target value for metric and a per-pod target');
}

function validateContainerResource({ container, name, target }: Source<'containerResource'>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(name)) errors.required(path.child('name'), 'must specify a resource name');
  else validateContainerResourceName(name, path.child('name'), errors);
  if (isEmpty(container)) errors.required(path.child('container'), 'must specify a container');
  else addProblems(dns1123Label(container), container, path.child('container'), errors);
  validateResourceTarget(target, path.child('target'), errors);
}

function validateResourceTarget(target: DeepReadonly<MetricTarget>, path: FieldPath, errors: FieldErrors): void {
  validateTarget(target, path, errors);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined)
    errors.required(path.child('averageUtilization'), 'must set either a target raw value or a target utilization');
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.forbidden(path.child('averageValue'), 'may not set both a target raw value and a target utilization');
}

function validateTarget(target: DeepReadonly<MetricTarget>, path: FieldPath, errors: FieldErrors): void {
  const { averageUtilization, type } = target;
  if (isEmpty(type)) errors.required(path.child('type'), 'must specify a metric target type');
  if (!TARGET_TYPES.includes(type)) errors.invalid(path.child('type'), type, 'must be either Utilization, Value, or AverageValue');
  for (const field of ['value', 'averageValue'] as const) {
    const text = target[field];
    const quantity = text === undefined ? undefined : validateQuantity(text, path.child(field), errors);
    if (quantity !== undefined && quantity.sign <= 0) errors.invalid(path.child(field), text, 'must be positive');
  }
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.invalid(path.child('averageUtilization'), averageUtilization, 'must be greater than 0');
}

function validateMetricName(name: string, path: FieldPath, errors: FieldErrors): void {
  if (name === '') errors.required(path, 'must specify a metric name');
  else addProblems(pathSegmentName(name), name, path, errors);
}

export function validateReference(
  reference: DeepReadonly<CrossVersionObjectReference>,
  path: FieldPath,
  errors: FieldErrors,
  apiVersions: ApiVersionRule,
): void {
  for (const field of ['kind', 'name'] as const) {
    if (isEmpty(reference[field])) errors.required(path.child(field));
    else addProblems(pathSegmentName(reference[field]), reference[field], path.child(field), errors);
  }
  const problem = apiVersionProblem(reference.apiVersion ?? '', apiVersions);
  if (problem !== undefined) errors.invalid(path.child('apiVersion'), reference.apiVersion ?? '', problem);
}

export function apiVersionProblem(apiVersion: string, rule: ApiVersionRule): string | undefined {
  if (rule === 'any') return undefined;
  if (apiVersion.split('/').length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  return rule === 'group-required' && parseApiVersion(apiVersion).group === '' ? 'apiVersion must specify API group' : undefined;
}
