import { NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { validateQuantity } from '../../../core/v1/pod-spec/resource-validation';
import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from '../../../generated/autoscaling/v2';
import { isEmpty, listOf } from '../../../presence';
import { apiVersionProblem, validateMetric, validateReference, type ApiVersionRule } from './metric-validation';

const MAX_PERIOD_SECONDS = 1800;
const MAX_STABILIZATION_SECONDS = 3600;
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

type Autoscaler = DeepReadonly<HorizontalPodAutoscaler>;

interface Strictness {
  readonly leastReplicas: number;
  readonly scaleTarget: ApiVersionRule;
  readonly describedObjects: ApiVersionRule;
}

export function validateHorizontalPodAutoscaler(object: Autoscaler, path: FieldPath, errors: FieldErrors): void {
  validateSpec(object, path, errors, { leastReplicas: 1, scaleTarget: scaleTargetRule(object), describedObjects: 'well-formed' });
}

/** What an older server took may stay: no replicas at all, and references to no API version. */
export function validateHorizontalPodAutoscalerUpdate(next: Autoscaler, previous: Autoscaler, path: FieldPath, errors: FieldErrors): void {
  const [target, oldTarget] = [next.spec.scaleTargetRef, previous.spec.scaleTargetRef];
  const isSameTarget = target.kind === oldTarget.kind && (target.apiVersion ?? '') === (oldTarget.apiVersion ?? '');
  validateSpec(next, path, errors, {
    leastReplicas: previous.spec.minReplicas === 0 ? 0 : 1,
    scaleTarget: isSameTarget ? 'any' : scaleTargetRule(next),
    describedObjects: describesMalformed(previous) ? 'any' : 'well-formed',
  });
}

export function validateStatusUpdate({ status }: Autoscaler, _: Autoscaler, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['currentReplicas', 'desiredReplicas'] as const) {
    const value = status?.[field] ?? 0;
    if (value < 0) errors.invalid(path.child('status', field), value, NOT_NEGATIVE);
  }
}

/** A ReplicationController is the one thing of the core group that can be scaled. */
const scaleTargetRule = ({ spec }: Autoscaler): ApiVersionRule =>
  spec.scaleTargetRef.kind === 'ReplicationController' ? 'well-formed' : 'group-required';

const describesMalformed = ({ spec }: Autoscaler): boolean =>
  listOf(spec.metrics).some(({ object }) => apiVersionProblem(object?.describedObject.apiVersion ?? '', 'well-formed') !== undefined);

function validateSpec({ spec }: Autoscaler, path: FieldPath, errors: FieldErrors, strictness: Strictness): void {
  const at = path.child('spec');
  validateReplicas(spec, at, errors, strictness.leastReplicas);
  validateReference(spec.scaleTargetRef, at.child('scaleTargetRef'), errors, strictness.scaleTarget);
  const metrics = listOf(spec.metrics);
  metrics.forEach((metric, index) => validateMetric(metric, at.child('metrics').index(index), errors, strictness.describedObjects));
  if (spec.minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    errors.forbidden(at.child('metrics'), 'must specify at least one Object or External metric to support scaling to zero replicas');
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const rules = spec.behavior?.[direction];
    if (rules !== undefined) validateRules(rules, at.child('behavior', direction), errors);
  }
}

function validateReplicas(
  { maxReplicas, minReplicas }: Autoscaler['spec'],
  path: FieldPath,
  errors: FieldErrors,
  leastReplicas: number,
): void {
  const most = path.child('maxReplicas');
  if (minReplicas !== undefined && minReplicas < leastReplicas)
    errors.invalid(path.child('minReplicas'), minReplicas, `must be greater than or equal to ${leastReplicas}`);
  if (maxReplicas === 0) errors.required(most, 'must be set and greater than 0');
  else if (maxReplicas < 0) errors.invalid(most, maxReplicas, 'must be greater than or equal to 1');
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.invalid(most, maxReplicas, 'must be greater than or equal to `minReplicas`');
}

function validateRules(
  { policies, selectPolicy, stabilizationWindowSeconds: window = 0, tolerance }: DeepReadonly<HPAScalingRules>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const windowPath = path.child('stabilizationWindowSeconds');
  if (window < 0) errors.invalid(windowPath, window, 'must be greater than or equal to zero');
  if (window > MAX_STABILIZATION_SECONDS) errors.invalid(windowPath, window, `must be less than or equal to ${MAX_STABILIZATION_SECONDS}`);
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy))
    errors.notSupported(path.child('selectPolicy'), selectPolicy, SELECT_POLICIES);
  if (isEmpty(policies)) errors.required(path.child('policies'), 'must specify at least one Policy');
  listOf(policies).forEach((policy, index) => validatePolicy(policy, path.child('policies').index(index), errors));
  if (tolerance === undefined) return;
  const quantity = validateQuantity(tolerance, path.child('tolerance'), errors);
  if (quantity !== undefined && quantity.sign < 0) errors.invalid(path.child('tolerance'), tolerance, NOT_NEGATIVE);
}

function validatePolicy({ periodSeconds, type, value }: DeepReadonly<HPAScalingPolicy>, path: FieldPath, errors: FieldErrors): void {
  if (!POLICY_TYPES.includes(type)) errors.notSupported(path.child('type'), type, POLICY_TYPES);
  if (value <= 0) errors.invalid(path.child('value'), value, 'must be greater than zero');
  if (periodSeconds <= 0) errors.invalid(path.child('periodSeconds'), periodSeconds, 'must be greater than zero');
  if (periodSeconds > MAX_PERIOD_SECONDS)
    errors.invalid(path.child('periodSeconds'), periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`);
}
