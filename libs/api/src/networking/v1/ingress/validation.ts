import {
  addProblems,
  dns1123Label,
  dns1123Subdomain,
  ipAddress,
  parseIp,
  portName,
  portNumber,
  wildcardDns1123Subdomain,
  type DeepReadonly,
  FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressTLS } from '../../../generated/networking/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateLocalReference } from '../local-reference';

export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
/** What a proxy may read as another path than it says. */
const FORBIDDEN_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];

type Object = DeepReadonly<Ingress>;

/** What an older server took, and is let stay. */
interface Tolerance {
  readonly secretNames: boolean;
  /** Rules of hosts with a wildcard were not looked into once. */
  readonly wildcardRules: boolean;
}

export function validateIngressCreate(object: Object, path: FieldPath, errors: FieldErrors): void {
  validateSpec(object, path.child('spec'), errors, { secretNames: false, wildcardRules: false });
  const annotation = object.metadata.annotations?.[CLASS_ANNOTATION];
  const { ingressClassName } = object.spec;
  if (annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName)
    errors.invalid(path.child('annotations', CLASS_ANNOTATION), annotation, 'must match `ingressClassName` when both are specified');
}

export function validateIngressUpdate(next: Object, previous: Object, path: FieldPath, errors: FieldErrors): void {
  validateSpec(next, path.child('spec'), errors, {
    secretNames: listOf(previous.spec.tls).some(({ secretName = '' }) => secretName !== '' && dns1123Subdomain(secretName).length > 0),
    wildcardRules: listOf(previous.spec.rules).some((rule) => isWildcard(rule) && hasProblems(rule, path)),
  });
}

export function validateIngressStatusUpdate({ status }: Object, previous: Object, path: FieldPath, errors: FieldErrors): void {
  const before = new Set(listOf(previous.status?.loadBalancer?.ingress).map(({ ip }) => ip));
  listOf(status?.loadBalancer?.ingress).forEach(({ hostname = '', ip = '' }, index) => {
    const at = path.child('status', 'loadBalancer', 'ingress').index(index);
    if (ip !== '' && !before.has(ip)) addProblems(ipAddress(ip), ip, at.child('ip'), errors);
    if (hostname === '') return;
    addProblems(dns1123Subdomain(hostname), hostname, at.child('hostname'), errors);
    if (parseIp(hostname) !== undefined) errors.invalid(at.child('hostname'), hostname, 'must be a DNS name, not an IP address');
  });
}

function validateSpec({ spec }: Object, path: FieldPath, errors: FieldErrors, tolerance: Tolerance): void {
  const { defaultBackend, ingressClassName } = spec;
  const rules = listOf(spec.rules);
  if (rules.length === 0 && defaultBackend === undefined)
    errors.invalid(path, rules, 'either `defaultBackend` or `rules` must be specified');
  if (defaultBackend !== undefined) validateBackend(defaultBackend, path.child('defaultBackend'), errors);
  rules.forEach((rule, index) => {
    const at = path.child('rules').index(index);
    validateHost(rule.host ?? '', at.child('host'), errors);
    if (!isWildcard(rule) || !tolerance.wildcardRules) validatePaths(rule, at, errors);
  });
  listOf(spec.tls).forEach((tls, index) => validateTls(tls, path.child('tls').index(index), errors, tolerance));
  if (ingressClassName !== undefined)
    addProblems(dns1123Subdomain(ingressClassName), ingressClassName, path.child('ingressClassName'), errors);
}

function validateHost(host: string, path: FieldPath, errors: FieldErrors): void {
  if (host === '') return;
  if (parseIp(host) !== undefined) errors.invalid(path, host, 'must be a DNS name, not an IP address');
  addProblems(hostProblems(host), host, path, errors);
}

const isWildcard = ({ host = '' }: DeepReadonly<IngressRule>): boolean => host.includes('*');
const hostProblems = (host: string): readonly string[] => (host.includes('*') ? wildcardDns1123Subdomain(host) : dns1123Subdomain(host));

function hasProblems(rule: DeepReadonly<IngressRule>, path: FieldPath): boolean {
  const errors = new FieldErrors();
  validatePaths(rule, path, errors);
  return !errors.isEmpty;
}

function validateTls(
  { hosts, secretName = '' }: DeepReadonly<IngressTLS>,
  path: FieldPath,
  errors: FieldErrors,
  tolerance: Tolerance,
): void {
  listOf(hosts).forEach((host, index) => addProblems(hostProblems(host), host, path.child('hosts').index(index), errors));
  if (secretName !== '' && !tolerance.secretNames) addProblems(dns1123Subdomain(secretName), secretName, path.child('secretName'), errors);
}

function validatePaths({ http }: DeepReadonly<IngressRule>, path: FieldPath, errors: FieldErrors): void {
  if (http === undefined) return;
  const at = path.child('http', 'paths');
  if (isEmpty(http.paths)) errors.required(at);
  listOf(http.paths).forEach((each, index) => validatePath(each, at.index(index), errors));
}

function validatePath({ backend, path: text = '', pathType }: DeepReadonly<HTTPIngressPath>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(pathType)) return errors.required(path.child('pathType'), 'pathType must be specified');
  const at = path.child('path');
  const isLiteral = pathType === 'Exact' || pathType === 'Prefix';
  if (!PATH_TYPES.includes(pathType)) errors.notSupported(path.child('pathType'), pathType, PATH_TYPES);
  else if ((isLiteral || text !== '') && !text.startsWith('/')) errors.invalid(at, text, 'must be an absolute path');
  if (isLiteral) {
    for (const part of FORBIDDEN_PARTS) if (text.includes(part)) errors.invalid(at, text, `must not contain '${part}'`);
    for (const end of FORBIDDEN_ENDS) if (text.endsWith(end)) errors.invalid(at, text, `cannot end with '${end}'`);
  }
  validateBackend(backend, path.child('backend'), errors);
}

function validateBackend({ resource, service }: DeepReadonly<IngressBackend>, path: FieldPath, errors: FieldErrors): void {
  if (resource !== undefined && service !== undefined) return errors.invalid(path, '', 'cannot set both resource and service backends');
  if (resource !== undefined) return validateLocalReference(resource, path.child('resource'), errors);
  if (service === undefined) return errors.invalid(path, '', 'resource or service backend is required');
  const at = path.child('service');
  const { name = '', number = 0 } = service.port ?? {};
  if (isEmpty(service.name)) errors.required(at.child('name'));
  else addProblems(dns1123Label(service.name), service.name, at.child('name'), errors);
  if (name !== '' && number !== 0) errors.invalid(path, '', 'cannot set both port name & port number');
  else if (name !== '') addProblems(portName(name), name, at.child('port', 'name'), errors);
  else if (number !== 0) addProblems(portNumber(number), number, at.child('port', 'number'), errors);
  else errors.required(path, 'port name or number is required');
}
