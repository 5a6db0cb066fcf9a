import {
  addProblems,
  dns1123Label,
  portNumber,
  qualifiedName,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Service } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { PROTOCOLS, validateOneOf } from '../pod-spec/one-of';
import { validatePort } from '../pod-spec/probe-validation';
import { isHeadless } from './type';

/** The ports of a Service, each with its name, number, target and node port. */
export function validateServicePorts(service: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const ports = listOf(service.spec.ports);
  if (ports.length === 0 && !isHeadless(service) && service.spec.type !== 'ExternalName') errors.required(path);
  const names = new Set<string>();
  ports.forEach((port, position) => {
    const at = path.index(position);
    const { name = '', appProtocol } = port;
    if (name === '') {
      if (ports.length > 1) errors.required(at.child('name'));
    } else {
      addProblems(dns1123Label(name), name, at.child('name'), errors);
      if (names.has(name)) errors.duplicate(at.child('name'), name);
      names.add(name);
    }
    addProblems(portNumber(port.port), port.port, at.child('port'), errors);
    validateOneOf(port.protocol, PROTOCOLS, at.child('protocol'), errors);
    validatePort(port.targetPort, at.child('targetPort'), errors);
    if (appProtocol !== undefined) addProblems(qualifiedName(appProtocol), appProtocol, at.child('appProtocol'), errors);
  });
  validateNodePorts(service, path, errors);
  validateDistinct(service, path, errors);
}

function validateNodePorts({ spec }: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const taken = new Set<string>();
  listOf(spec.ports).forEach(({ nodePort = 0, protocol = '' }, position) => {
    if (nodePort === 0) return;
    const at = path.index(position).child('nodePort');
    if (spec.type === 'ClusterIP') errors.forbidden(at, "may not be used when `type` is 'ClusterIP'");
    if (taken.has(`${protocol}/${nodePort}`)) errors.duplicate(at, nodePort);
    taken.add(`${protocol}/${nodePort}`);
  });
}

function validateDistinct({ spec }: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const taken = new Set<string>();
  listOf(spec.ports).forEach(({ port, protocol = '' }, position) => {
    if (taken.has(`${protocol}/${port}`)) errors.duplicate(path.index(position), { protocol, port });
    taken.add(`${protocol}/${port}`);
  });
}
