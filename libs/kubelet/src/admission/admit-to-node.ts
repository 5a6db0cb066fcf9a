import { matchesNodeAffinity, untoleratedTaint } from '@keelson/api';
import { allContainersOf } from '../pod/pod-containers';
import { podRequests, resourceAmounts } from '../pod/pod-resources';
import type { ReadonlyNode, ReadonlyPod } from '../pod/types';
import type { WaitingReason } from '../status/status-inputs';

export interface AdmissionInputs {
  /** The pods already admitted and not yet ended. */
  readonly others: readonly ReadonlyPod[];
  /** Static pods run on whatever node their file is on: taints don't keep them off. */
  readonly isStatic: boolean;
}

/** Upstream's lifecycle predicates (pkg/kubelet/lifecycle/predicate.go). Pure. @returns why the node refuses the pod */
export function admitToNode(pod: ReadonlyPod, node: ReadonlyNode, { others, isStatic }: AdmissionInputs): WaitingReason | undefined {
  return (
    refuseOperatingSystem(pod) ??
    refuseResources(pod, node, others) ??
    (matchesNodeAffinity(pod.spec, node)
      ? undefined
      : refused('NodeAffinity', "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")) ??
    (portsConflict(pod, others)
      ? refused('NodePorts', "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")
      : undefined) ??
    (isStatic ? undefined : refuseTaints(pod, node))
  );
}

const refused = (reason: string, message: string): WaitingReason => ({ reason, message });

function refuseOperatingSystem(pod: ReadonlyPod): WaitingReason | undefined {
  if (pod.spec.os === undefined || pod.spec.os.name === 'linux') return undefined;
  return refused('PodOSNotSupported', `Failed to admit pod as the OS field doesn't match node OS`);
}

function refuseResources(pod: ReadonlyPod, node: ReadonlyNode, others: readonly ReadonlyPod[]): WaitingReason | undefined {
  const allocatable = resourceAmounts(node.status?.allocatable);
  if (others.length + 1 > (allocatable['pods'] ?? Number.POSITIVE_INFINITY))
    return outOf('pods', 1, others.length, allocatable['pods'] ?? 0);
  const used = others.map(podRequests);
  for (const [resource, requested] of Object.entries(podRequests(pod))) {
    const taken = used.reduce((total, requests) => total + (requests[resource] ?? 0), 0);
    const capacity = allocatable[resource] ?? 0;
    if (requested > 0 && requested > capacity - taken) return outOf(resource, requested, taken, capacity);
  }
  return undefined;
}

function outOf(resource: string, requested: number, used: number, capacity: number): WaitingReason {
  const message = `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return refused(`OutOf${resource}`, message);
}

interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

function portsConflict(pod: ReadonlyPod, others: readonly ReadonlyPod[]): boolean {
  const taken = others.flatMap(hostPortsOf);
  return hostPortsOf(pod).some((wanted) => taken.some((port) => conflicts(wanted, port)));
}

function hostPortsOf(pod: ReadonlyPod): HostPort[] {
  return allContainersOf(pod)
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort = 0, hostIP, protocol = 'TCP' }) =>
      hostPort === 0 ? [] : [{ ip: anyAddress(hostIP), protocol, port: hostPort }],
    );
}

const anyAddress = (ip: string | undefined): string => (ip === undefined || ip === '' ? '0.0.0.0' : ip);

function conflicts(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}

/** Only NoExecute drives off a pod that is already bound. */
function refuseTaints(pod: ReadonlyPod, node: ReadonlyNode): WaitingReason | undefined {
  const taint = untoleratedTaint(node.spec.taints, pod.spec.tolerations, ['NoExecute']);
  if (taint === undefined) return undefined;
  return refused('TaintToleration', `Predicate TaintToleration failed: node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
}
