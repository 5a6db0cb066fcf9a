import {
  addProblems,
  dns1123Subdomain,
  ipAddress,
  parseIp,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { LoadBalancerIngress, Service } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

const IP_MODES = ['Proxy', 'VIP'];

export function prepareStatus(next: Service, previous: DeepReadonly<Service>): void {
  next.spec = structuredClone(previous.spec) as Service['spec'];
}

/** The addresses that a cloud gave a load balancer (pkg/apis/core/validation `ValidateLoadBalancerStatus`). */
export function validateServiceStatusUpdate(
  { spec, status }: DeepReadonly<Service>,
  _: DeepReadonly<Service>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const at = path.child('status', 'loadBalancer', 'ingress');
  const ingress = listOf(status?.loadBalancer?.ingress);
  if (spec.type !== 'LoadBalancer') {
    if (ingress.length > 0) errors.forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'");
    return;
  }
  ingress.forEach((point, position) => validateIngress(point, at.index(position), errors));
}

function validateIngress(
  { ip = '', ipMode, hostname = '' }: DeepReadonly<LoadBalancerIngress>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const mode = path.child('ipMode');
  if (ip !== '') addProblems(ipAddress(ip), ip, path.child('ip'), errors);
  if (ipMode === undefined) {
    if (ip !== '') errors.required(mode, 'must be specified when `ip` is set');
  } else if (ip === '') errors.forbidden(mode, 'may not be specified when `ip` is not set');
  else if (!IP_MODES.includes(ipMode)) errors.notSupported(mode, ipMode, IP_MODES);
  if (hostname === '') return;
  addProblems(dns1123Subdomain(hostname), hostname, path.child('hostname'), errors);
  if (parseIp(hostname) !== undefined) errors.invalid(path.child('hostname'), hostname, 'must be a DNS name, not an IP address');
}
