import {
  addProblems,
  canonicalIpAddress,
  dns1123Label,
  dns1123Subdomain,
  FIELD_IS_IMMUTABLE,
  ipAddress,
  labelValue,
  qualifiedName,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../generated/discovery/v1';
import { isEmpty, listOf } from '../../../presence';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_ENDPOINTS = 1000;
const MAX_HINTS = 8;

export function validateEndpointSlice(
  { addressType, endpoints, ports }: DeepReadonly<EndpointSlice>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isEmpty(addressType)) errors.required(path.child('addressType'));
  else if (!ADDRESS_TYPES.includes(addressType)) errors.notSupported(path.child('addressType'), addressType, ADDRESS_TYPES);
  if (listOf(endpoints).length > MAX_ENDPOINTS) errors.tooMany(path.child('endpoints'), listOf(endpoints).length, MAX_ENDPOINTS);
  listOf(endpoints).forEach((endpoint, index) => validateEndpoint(endpoint, addressType, path.child('endpoints').index(index), errors));
  validatePorts(listOf(ports), path.child('ports'), errors);
}

export function validateEndpointSliceUpdate(
  next: DeepReadonly<EndpointSlice>,
  previous: DeepReadonly<EndpointSlice>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (next.addressType !== previous.addressType) errors.invalid(path.child('addressType'), next.addressType, FIELD_IS_IMMUTABLE);
}

function validateEndpoint(endpoint: DeepReadonly<Endpoint>, addressType: string, path: FieldPath, errors: FieldErrors): void {
  const addresses = listOf(endpoint.addresses);
  if (addresses.length === 0) errors.required(path.child('addresses'), 'must contain at least 1 address');
  if (addresses.length > MAX_ADDRESSES) errors.tooMany(path.child('addresses'), addresses.length, MAX_ADDRESSES);
  addresses.forEach((address, index) => validateAddress(address, addressType, path.child('addresses').index(index), errors));
  if (endpoint.nodeName !== undefined) addProblems(dns1123Subdomain(endpoint.nodeName), endpoint.nodeName, path.child('nodeName'), errors);
  validateHints(endpoint.hints?.forZones, labelValue, path.child('hints', 'forZones'), errors);
  validateHints(endpoint.hints?.forNodes, dns1123Subdomain, path.child('hints', 'forNodes'), errors);
  if (endpoint.hostname !== undefined) addProblems(dns1123Label(endpoint.hostname), endpoint.hostname, path.child('hostname'), errors);
}

function validateHints(
  hints: DeepReadonly<{ name: string }[]> | undefined,
  form: (name: string) => readonly string[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (listOf(hints).length > MAX_HINTS) errors.tooMany(path, listOf(hints).length, MAX_HINTS);
  const names = new Set<string>();
  listOf(hints).forEach(({ name }, index) => {
    const at = path.index(index).child('name');
    if (names.has(name)) errors.duplicate(at, name);
    names.add(name);
    addProblems(form(name), name, at, errors);
  });
}

function validateAddress(address: string, addressType: string, path: FieldPath, errors: FieldErrors): void {
  if (addressType === 'FQDN') return addProblems(dns1123Subdomain(address), address, path, errors);
  addProblems(ipAddress(address).length > 0 ? ipAddress(address) : canonicalIpAddress(address), address, path, errors);
  const isIPv6 = address.includes(':');
  if (addressType === 'IPv4' && isIPv6) errors.invalid(path, address, 'must be an IPv4 address');
  if (addressType === 'IPv6' && !isIPv6) errors.invalid(path, address, 'must be an IPv6 address');
}

function validatePorts(ports: DeepReadonly<EndpointPort[]>, path: FieldPath, errors: FieldErrors): void {
  if (ports.length > MAX_PORTS) errors.tooMany(path, ports.length, MAX_PORTS);
  const names = new Set<string>();
  ports.forEach(({ appProtocol, name = '', protocol = '' }, index) => {
    const at = path.index(index);
    if (name !== '') addProblems(dns1123Label(name), name, at.child('name'), errors);
    if (names.has(name)) errors.duplicate(at.child('name'), name);
    names.add(name);
    if (!PROTOCOLS.includes(protocol)) errors.notSupported(at.child('protocol'), protocol, PROTOCOLS);
    if (appProtocol !== undefined) addProblems(qualifiedName(appProtocol), appProtocol, at.child('appProtocol'), errors);
  });
}
