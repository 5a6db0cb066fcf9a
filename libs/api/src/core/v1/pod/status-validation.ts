import {
  addProblems,
  dns1123Subdomain,
  ipAddress,
  qualifiedName,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Container, ContainerStatus, Pod, PodSpec } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';

const SYSTEM_CONDITIONS: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized']);

/** The rules of a status update (pkg/apis/core/validation `ValidatePodStatusUpdate`). */
export function validatePodStatusUpdate(next: DeepReadonly<Pod>, previous: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('status');
  listOf(next.status?.conditions).forEach(({ type }, position) => {
    if (!SYSTEM_CONDITIONS.has(type)) addProblems(qualifiedName(type), type, at.child('conditions').index(position).child('Type'), errors);
  });
  validateNominatedNode(next, previous, at.child('nominatedNodeName'), errors);
  if ((next.status?.observedGeneration ?? 0) < 0)
    errors.invalid(at.child('observedGeneration'), next.status?.observedGeneration, 'must be a non-negative integer');
  validateImmutable({ next: next.status?.qosClass, previous: previous.status?.qosClass }, at.child('qosClass'), errors);
  for (const field of ['containerStatuses', 'initContainerStatuses'] as const)
    validateTransitions({ next: next.status?.[field], previous: previous.status?.[field], spec: previous.spec }, at.child(field), errors);
  validateIps(next, at, errors);
}

function validateNominatedNode(next: DeepReadonly<Pod>, previous: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  const [after = '', before = ''] = [next.status?.nominatedNodeName, previous.status?.nominatedNodeName];
  if (after === before || after === '') return;
  addProblems(dns1123Subdomain(after), after, path, errors);
  if (!isEmpty(previous.spec.nodeName)) errors.forbidden(path, 'may not be set on pods that are already bound to a node');
}

interface Transition {
  readonly next: DeepReadonly<ContainerStatus[]> | undefined;
  readonly previous: DeepReadonly<ContainerStatus[]> | undefined;
  readonly spec: DeepReadonly<PodSpec>;
}

/** A container that has ended for good does not run again. */
function validateTransitions({ next, previous, spec }: Transition, path: FieldPath, errors: FieldErrors): void {
  const containers = [...listOf(spec.containers), ...listOf(spec.initContainers)];
  listOf(previous).forEach(({ name, state }, position) => {
    const ended = state?.terminated;
    const after = listOf(next).find((status) => status.name === name);
    if (ended === undefined || after === undefined || after.state?.terminated !== undefined) return;
    const container = containers.find((candidate) => candidate.name === name);
    if (!restarts(container, spec, ended.exitCode))
      errors.forbidden(path.index(position).child('state'), 'may not be transitioned to non-terminated state');
  });
}

/** Whether the container's rules, its own policy, or the pod's would start it again after `exitCode`. */
function restarts(container: DeepReadonly<Container> | undefined, spec: DeepReadonly<PodSpec>, exitCode: number): boolean {
  const ruled = listOf(container?.restartPolicyRules).some(({ exitCodes }) => {
    const isListed = listOf(exitCodes?.values).includes(exitCode);
    return exitCodes !== undefined && (exitCodes.operator === 'In' ? isListed : !isListed);
  });
  const policy = container?.restartPolicy ?? spec.restartPolicy;
  return ruled || policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function validateIps({ status }: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['podIPs', 'hostIPs'] as const) {
    const ips = listOf(status?.[field]).map(({ ip }) => ip);
    ips.forEach((ip, position) => addProblems(ipAddress(ip), ip, path.child(field).index(position), errors));
    const families = new Set(ips.map((ip) => ip.includes(':')));
    if (ips.length > 1 && (families.size < 2 || ips.length > 2))
      errors.invalid(path.child(field), status?.[field], 'may specify no more than one IP for each IP family');
  }
}
