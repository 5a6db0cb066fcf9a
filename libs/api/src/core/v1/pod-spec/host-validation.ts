import { addProblems, dns1123Subdomain, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PodSpec } from '../../../generated/core/v1';

/** As Linux' limit on a host name. */
const MAX_HOSTNAME = 64;
const WITHOUT_HOST_USERS = 'when `hostUsers` is false';

/** A pod with users of its own can't share the host's namespaces, whose owners those users are not (KEP-127). */
export function validateHostUsers(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  if (spec.hostUsers !== false) return;
  if (spec.hostNetwork === true) errors.forbidden(path.child('hostNetwork'), WITHOUT_HOST_USERS);
  if (spec.hostPID === true) errors.forbidden(path.child('HostPID'), WITHOUT_HOST_USERS);
  if (spec.hostIPC === true) errors.forbidden(path.child('HostIPC'), WITHOUT_HOST_USERS);
}

export function validateHostnameOverride(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  const { hostnameOverride: name } = spec;
  if (name === undefined) return;
  const at = path.child('hostnameOverride');
  if (spec.setHostnameAsFQDN === true) errors.forbidden(at, 'may not be specified when setHostnameAsFQDN is true');
  if (spec.hostNetwork === true) errors.forbidden(at, 'may not be specified when hostNetwork is true');
  if (name.length > MAX_HOSTNAME) errors.tooLong(at, MAX_HOSTNAME);
  addProblems(dns1123Subdomain(name), name, at, errors);
}
