import {
  addProblems,
  cidrBlock,
  dns1123Subdomain,
  ipAddress,
  portNumber,
  qualifiedName,
  validateLabels,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Service, ServiceSpec } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateOneOf } from '../pod-spec/one-of';
import { validateClusterIps, validateClusterIpsUpdate } from './address-validation';
import { validateEndpointIp } from './endpoint-ip';
import { validateServicePorts } from './port-validation';
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from './type';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const MAX_AFFINITY_SECONDS = 86_400;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

/** The rules of a Service (pkg/apis/core/validation `validateService`). Run it after addresses and ports are allocated. */
export function validateService(service: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { spec } = service;
  validateServicePorts(service, at.child('ports'), errors);
  validateByType(service, at, errors);
  validateLabels(spec.selector, at.child('selector'), errors);
  validateAffinity(spec, at, errors);
  validateClusterIps(service, at, errors);
  listOf(spec.externalIPs).forEach((ip, position) => {
    const problems = ipAddress(ip);
    addProblems(problems, ip, at.child('externalIPs').index(position), errors);
    if (problems.length === 0) validateEndpointIp(ip, at.child('externalIPs').index(position), errors);
  });
  validateOneOf(spec.type, TYPES, at.child('type'), errors);
  validateLoadBalancer(spec, at, errors);
  validateTraffic(service, at, errors);
}

export function validateServiceUpdate(
  next: DeepReadonly<Service>,
  previous: DeepReadonly<Service>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const at = path.child('spec');
  validateClusterIpsUpdate(next, previous, at, errors);
  const bothBalanced = next.spec.type === 'LoadBalancer' && previous.spec.type === 'LoadBalancer';
  if (bothBalanced && next.spec.loadBalancerClass !== previous.spec.loadBalancerClass)
    errors.invalid(at.child('loadBalancerClass'), next.spec.loadBalancerClass, 'may not change once set');
  const bothChecked = needsHealthCheckPort(next) && needsHealthCheckPort(previous);
  if (bothChecked && next.spec.healthCheckNodePort !== previous.spec.healthCheckNodePort)
    errors.forbidden(at.child('healthCheckNodePort'), 'field is immutable');
}

function validateByType(service: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const { spec } = service;
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(service))
    errors.invalid(path.child('clusterIPs').index(0), 'None', `may not be set to 'None' for ${spec.type} services`);
  if (spec.type !== 'ExternalName') return;
  for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const)
    if (!isEmpty(spec[field])) errors.forbidden(path.child(field), 'may not be set for ExternalName services');
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.required(path.child('externalName'));
  else addProblems(dns1123Subdomain(name), name, path.child('externalName'), errors);
}

function validateAffinity(spec: DeepReadonly<ServiceSpec>, path: FieldPath, errors: FieldErrors): void {
  validateOneOf(spec.sessionAffinity, AFFINITIES, path.child('sessionAffinity'), errors);
  const at = path.child('sessionAffinityConfig');
  if (spec.sessionAffinity === 'None' && spec.sessionAffinityConfig !== undefined)
    errors.forbidden(at, 'must not be set when session affinity is None');
  if (spec.sessionAffinity !== 'ClientIP') return;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) errors.required(at, 'when session affinity type is ClientIP');
  else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS)
    errors.invalid(at.child('clientIP', 'timeoutSeconds'), seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`);
}

function validateLoadBalancer(spec: DeepReadonly<ServiceSpec>, path: FieldPath, errors: FieldErrors): void {
  const isBalanced = spec.type === 'LoadBalancer';
  const ranges = listOf(spec.loadBalancerSourceRanges);
  // Upstream spells this field with a capital letter in its messages.
  const at = path.child('LoadBalancerSourceRanges');
  if (ranges.length > 0 && !isBalanced) errors.forbidden(at, ONLY_LOAD_BALANCER);
  ranges.forEach((range, position) => addProblems(cidrBlock(range.trim()), range.trim(), at.index(position), errors));
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalanced)
    errors.forbidden(path.child('allocateLoadBalancerNodePorts'), ONLY_LOAD_BALANCER);
  const balancerClass = spec.loadBalancerClass;
  if (balancerClass === undefined) return;
  if (isBalanced) addProblems(qualifiedName(balancerClass), balancerClass, path.child('loadBalancerClass'), errors);
  else errors.forbidden(path.child('loadBalancerClass'), ONLY_LOAD_BALANCER);
}

function validateTraffic(service: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const { externalTrafficPolicy, internalTrafficPolicy, trafficDistribution, healthCheckNodePort = 0, type } = service.spec;
  const external = path.child('externalTrafficPolicy');
  if (isExternallyAccessible(service)) validateOneOf(externalTrafficPolicy, TRAFFIC_POLICIES, external, errors);
  else if (!isEmpty(externalTrafficPolicy))
    errors.invalid(external, externalTrafficPolicy, 'may only be set for externally-accessible services');
  const health = path.child('healthCheckNodePort');
  if (!needsHealthCheckPort(service)) {
    if (healthCheckNodePort !== 0)
      errors.invalid(health, healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  } else if (healthCheckNodePort === 0) errors.required(health);
  else addProblems(portNumber(healthCheckNodePort), healthCheckNodePort, health, errors);
  if (type !== 'ExternalName' || internalTrafficPolicy !== undefined)
    validateOneOf(internalTrafficPolicy, TRAFFIC_POLICIES, path.child('internalTrafficPolicy'), errors);
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution))
    errors.notSupported(path.child('trafficDistribution'), trafficDistribution, DISTRIBUTIONS);
}
