import {
  addProblems,
  httpHeaderName,
  NOT_NEGATIVE,
  portName,
  portNumber,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
  type IntOrString,
} from '@keelson/apimachinery';
import type { Container, HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';

/** Probes and lifecycle hooks of a container that runs on (not of a plain init container). */
export function validateProbesAndHooks(
  container: DeepReadonly<Container>,
  gracePeriod: number | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateLifecycle(container.lifecycle, gracePeriod, path.child('lifecycle'), errors);
  validateOnceSuccessful(container.livenessProbe, path.child('livenessProbe'), errors);
  validateReadinessProbe(container.readinessProbe, path.child('readinessProbe'), errors);
  validateOnceSuccessful(container.startupProbe, path.child('startupProbe'), errors);
}

function validateOnceSuccessful(probe: DeepReadonly<Probe> | undefined, path: FieldPath, errors: FieldErrors): void {
  if (probe === undefined) return;
  validateProbe(probe, path, errors);
  if (probe.successThreshold !== 1) errors.invalid(path.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1');
}

function validateReadinessProbe(probe: DeepReadonly<Probe> | undefined, path: FieldPath, errors: FieldErrors): void {
  if (probe === undefined) return;
  validateProbe(probe, path, errors);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined) errors.invalid(path.child('terminationGracePeriodSeconds'), grace, 'must not be set for readinessProbes');
}

function validateProbe(probe: DeepReadonly<Probe>, path: FieldPath, errors: FieldErrors): void {
  validateHandler(probe, undefined, path, errors);
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const)
    if ((probe[field] ?? 0) < 0) errors.invalid(path.child(field), probe[field], NOT_NEGATIVE);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.invalid(path.child('terminationGracePeriodSeconds'), grace, 'must be greater than 0');
}

function validateLifecycle(
  lifecycle: DeepReadonly<Lifecycle> | undefined,
  gracePeriod: number | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (lifecycle?.postStart !== undefined) validateHandler(lifecycle.postStart, gracePeriod, path.child('postStart'), errors);
  if (lifecycle?.preStop !== undefined) validateHandler(lifecycle.preStop, gracePeriod, path.child('preStop'), errors);
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;
type Handler = DeepReadonly<Pick<Probe, 'grpc'> & LifecycleHandler>;

function validateHandler(handler: Handler, gracePeriod: number | undefined, path: FieldPath, errors: FieldErrors): void {
  const [first, ...more] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (first === undefined) return errors.required(path, 'must specify a handler type');
  for (const name of more) errors.forbidden(path.child(name), 'may not specify more than 1 handler type');
  const at = path.child(first);
  switch (first) {
    case 'exec':
      if (isEmpty(handler.exec?.command)) errors.required(at.child('command'));
      break;
    case 'httpGet':
      if (handler.httpGet !== undefined) validateHttpGet(handler.httpGet, at, errors);
      break;
    case 'tcpSocket':
      validatePort(handler.tcpSocket?.port, at.child('port'), errors);
      break;
    case 'grpc':
      validatePort(handler.grpc?.port, at.child('port'), errors);
      break;
    case 'sleep':
      validateSleep(handler.sleep?.seconds ?? 0, gracePeriod, at, errors);
  }
}

function validateSleep(seconds: number, gracePeriod: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (gracePeriod !== undefined && (seconds < 0 || seconds > gracePeriod))
    errors.invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`);
}

function validateHttpGet(action: DeepReadonly<HTTPGetAction>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(action.path)) errors.required(path.child('path'));
  validatePort(action.port, path.child('port'), errors);
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS')
    errors.notSupported(path.child('scheme'), action.scheme ?? '', ['HTTP', 'HTTPS']);
  for (const { name } of listOf(action.httpHeaders)) addProblems(httpHeaderName(name), name, path.child('httpHeaders'), errors);
}

/** A port's number or its name. */
export function validatePort(port: IntOrString | undefined, path: FieldPath, errors: FieldErrors): void {
  const value = port ?? 0;
  addProblems(typeof value === 'number' ? portNumber(value) : portName(value), value, path, errors);
}
