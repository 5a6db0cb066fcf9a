import {
  addProblems,
  dns1123Label,
  dns1123Subdomain,
  ipAddress,
  portNumber,
  qualifiedName,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { EndpointAddress, EndpointPort, Endpoints } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { PROTOCOLS, validateOneOf } from '../pod-spec/one-of';
import { validateEndpointIp } from '../service/endpoint-ip';

export function validateEndpoints({ subsets }: DeepReadonly<Endpoints>, path: FieldPath, errors: FieldErrors): void {
  listOf(subsets).forEach((subset, position) => {
    const at = path.child('subsets').index(position);
    if (isEmpty(subset.addresses) && isEmpty(subset.notReadyAddresses))
      errors.required(at, 'must specify `addresses` or `notReadyAddresses`');
    for (const field of ['addresses', 'notReadyAddresses'] as const)
      listOf(subset[field]).forEach((address, index) => validateAddress(address, at.child(field).index(index), errors));
    const ports = listOf(subset.ports);
    ports.forEach((port, index) => validatePort(port, { requireName: ports.length > 1 }, at.child('ports').index(index), errors));
  });
}

function validateAddress({ ip, hostname = '', nodeName }: DeepReadonly<EndpointAddress>, path: FieldPath, errors: FieldErrors): void {
  addProblems(ipAddress(ip), ip, path.child('ip'), errors);
  if (hostname !== '') addProblems(dns1123Label(hostname), hostname, path.child('hostname'), errors);
  if (nodeName !== undefined) addProblems(dns1123Subdomain(nodeName), nodeName, path.child('nodeName'), errors);
  validateEndpointIp(ip, path.child('ip'), errors);
}

function validatePort(
  { name = '', port, protocol, appProtocol }: DeepReadonly<EndpointPort>,
  { requireName }: { readonly requireName: boolean },
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (name !== '') addProblems(dns1123Label(name), name, path.child('name'), errors);
  else if (requireName) errors.required(path.child('name'));
  addProblems(portNumber(port), port, path.child('port'), errors);
  validateOneOf(protocol, PROTOCOLS, path.child('protocol'), errors);
  if (appProtocol !== undefined) addProblems(qualifiedName(appProtocol), appProtocol, path.child('appProtocol'), errors);
}
