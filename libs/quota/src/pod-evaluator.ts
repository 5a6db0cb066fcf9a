import {
  isNativeResource,
  qosClassOf,
  resourceTotals,
  type Container,
  type ContainerStatus,
  type Pod,
  type PodAffinityTerm,
} from '@keelson/api';
import { semanticEqual, type DeepReadonly } from '@keelson/apimachinery';
import type { QuotaChange, QuotaEvaluator, ScopeRequirement } from './evaluator';
import { computeUsage, podHasEnded, POD_COUNT, podUsage } from './pod-usage';
import { classesMatch } from './scope';
import type { Usage } from './usage';

/** Once limited, every container must say how much of these it wants. */
const MANDATORY = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];
const NAMES: ReadonlySet<string> = new Set([
  POD_COUNT,
  'pods',
  ...MANDATORY,
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
]);
const PREFIXES = ['hugepages-', 'requests.hugepages-', 'requests.deviceclass.resource.kubernetes.io/'];

/** Pods, and the compute resources that they request and are limited to. */
export class PodEvaluator implements QuotaEvaluator<Pod> {
  handles({ object, oldObject, operation, subresource }: QuotaChange<Pod>): boolean {
    if (subresource === 'resize') return operation === 'UPDATE';
    if (subresource !== '') return false;
    if (operation === 'CREATE') return true;
    return operation === 'UPDATE' && object !== undefined && oldObject !== undefined && hasDeadline(object) !== hasDeadline(oldObject);
  }

  measures(name: string): boolean {
    return (
      NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix)) || (name.startsWith('requests.') && !isNativeResource(name))
    );
  }

  isInScope(requirement: ScopeRequirement, pod: DeepReadonly<Pod>): boolean {
    switch (requirement.scopeName) {
      case 'Terminating':
        return hasDeadline(pod);
      case 'NotTerminating':
        return !hasDeadline(pod);
      case 'BestEffort':
        return qosClassOf(pod) === 'BestEffort';
      case 'NotBestEffort':
        return qosClassOf(pod) !== 'BestEffort';
      case 'PriorityClass':
        return classesMatch(requirement, [pod.spec.priorityClassName ?? ''].filter(Boolean));
      case 'CrossNamespacePodAffinity':
        return affinityTermsOf(pod).some(
          ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
        );
      default:
        return false;
    }
  }

  objection(limited: readonly string[], pod: DeepReadonly<Pod>): string | undefined {
    if (hasOwnResources(pod)) return undefined;
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const problems = MANDATORY.filter((name) => limited.includes(name)).flatMap((name) => {
      const silent = containers.filter((container) => !saysHowMuch(container, name)).map((container) => container.name);
      return silent.length === 0 ? [] : [`${name} for: ${silent.sort().join(',')}`];
    });
    return problems.length === 0 ? undefined : `must specify ${problems.join('; ')}`;
  }

  usage(pod: DeepReadonly<Pod>, now: number): Usage {
    return podUsage(pod, now);
  }

  needsRecount(next: DeepReadonly<Pod>, previous: DeepReadonly<Pod>, now: number): boolean {
    return (
      hasDeadline(next) !== hasDeadline(previous) ||
      (podHasEnded(next, now) && !podHasEnded(previous, now)) ||
      containersChanged(next, previous)
    );
  }
}

const hasDeadline = ({ spec }: DeepReadonly<Pod>): boolean => (spec.activeDeadlineSeconds ?? -1) >= 0;

/** Whether the pod as a whole says how much it wants, so that its containers need not (KEP-2837). */
function hasOwnResources({ spec: { resources } }: DeepReadonly<Pod>): boolean {
  const names = Object.keys({ ...resources?.requests, ...resources?.limits });
  return names.some((name) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-'));
}

const saysHowMuch = ({ resources }: DeepReadonly<Container>, name: string): boolean =>
  computeUsage(resourceTotals(resources?.requests), resourceTotals(resources?.limits)).has(name);

function affinityTermsOf({ spec: { affinity } }: DeepReadonly<Pod>): DeepReadonly<PodAffinityTerm>[] {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((side) => [
    ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}

/** Whether containers were found to have other resources than before, which a resize does after it was admitted. */
function containersChanged(next: DeepReadonly<Pod>, previous: DeepReadonly<Pod>): boolean {
  const now = containerStatusesOf(next);
  return containerStatusesOf(previous).some((before) => {
    const same = now.find(({ name }) => name === before.name);
    return same !== undefined && !semanticEqual(same.resources, before.resources);
  });
}

function containerStatusesOf({ status }: DeepReadonly<Pod>): DeepReadonly<ContainerStatus>[] {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
}
