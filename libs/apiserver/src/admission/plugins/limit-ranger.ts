import type { DeepReadonly } from '@keelson/apimachinery';
import {
  limitranges,
  podLimits,
  podRequests,
  type Container,
  type LimitRange,
  type LimitRangeItem,
  type PersistentVolumeClaim,
  type Pod,
  type ResourceTotals,
} from '@keelson/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { forbid, isAbout } from '../forbid';
import type { StoredObjects } from '../stored-objects';
import { limitProblems, type Amounts } from './limit-problems';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Fills in a namespace's default requests and limits, and refuses pods and claims that lie outside its limits. */
export class LimitRanger implements AdmissionPlugin {
  readonly name = 'LimitRanger';
  readonly #objects: StoredObjects;

  constructor(objects: StoredObjects) {
    this.#objects = objects;
  }

  admit(attributes: AdmissionAttributes): void {
    if (!isAbout(attributes, 'pods') || attributes.operation !== 'CREATE') return;
    for (const range of this.#ranges(attributes)) fillDefaults(attributes.object as Pod, range);
  }

  validate(attributes: AdmissionAttributes): void {
    const isPod = (isAbout(attributes, 'pods') && attributes.operation === 'CREATE') || isAbout(attributes, 'pods', 'resize');
    const isClaim =
      isAbout(attributes, 'persistentvolumeclaims') && (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE');
    if ((!isPod && !isClaim) || attributes.oldObject?.metadata.deletionTimestamp !== undefined) return;
    for (const range of this.#ranges(attributes)) {
      const problems = isPod
        ? podProblems(attributes.object as Pod, range)
        : claimProblems(attributes.object as PersistentVolumeClaim, range);
      if (problems.length > 0) throw forbid(attributes, problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
    }
  }

  #ranges({ namespace }: AdmissionAttributes): Iterable<DeepReadonly<LimitRange>> {
    return this.#objects.list(limitranges, namespace);
  }
}

const itemsOf = ({ spec }: DeepReadonly<LimitRange>, type: string): readonly DeepReadonly<LimitRangeItem>[] =>
  spec.limits.filter((item) => item.type === type);

function fillDefaults(pod: Pod, range: DeepReadonly<LimitRange>): void {
  const defaults = itemsOf(range, 'Container');
  const limits = Object.assign({}, ...defaults.map((item) => item.default ?? {})) as Record<string, string>;
  const requests = Object.assign({}, ...defaults.map((item) => item.defaultRequest ?? {})) as Record<string, string>;
  const notes = [
    ...pod.spec.containers.flatMap((container) => fillContainer(container, { limits, requests }, 'container')),
    ...(pod.spec.initContainers ?? []).flatMap((container) => fillContainer(container, { limits, requests }, 'init container')),
  ];
  if (notes.length > 0)
    pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
}

function fillContainer(container: Container, defaults: { limits: Amounts; requests: Amounts }, what: string): string[] {
  const resources = (container.resources ??= {});
  return (['requests', 'limits'] as const).flatMap((field) => {
    const missing = Object.keys(defaults[field]).filter((name) => resources[field]?.[name] === undefined);
    if (missing.length === 0) return [];
    resources[field] = { ...resources[field], ...Object.fromEntries(missing.map((name) => [name, defaults[field][name] ?? '0'])) };
    return [`${missing.sort().join(', ')} ${field === 'requests' ? 'request' : 'limit'} for ${what} ${container.name}`];
  });
}

function podProblems(pod: Pod, range: DeepReadonly<LimitRange>): string[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return [
    ...itemsOf(range, 'Container').flatMap((item) =>
      containers.flatMap(({ resources = {} }) =>
        limitProblems(item, { requests: resources.requests ?? {}, limits: resources.limits ?? {} }),
      ),
    ),
    ...itemsOf(range, 'Pod').flatMap((item) =>
      limitProblems(item, { requests: textsOf(podRequests(pod)), limits: textsOf(podLimits(pod)) }),
    ),
  ];
}

function claimProblems({ spec }: PersistentVolumeClaim, range: DeepReadonly<LimitRange>): string[] {
  return itemsOf(range, 'PersistentVolumeClaim').flatMap((item) =>
    limitProblems(item, { requests: spec.resources?.requests ?? {}, limits: undefined }),
  );
}

const textsOf = (totals: ResourceTotals): Amounts => Object.fromEntries([...totals].map(([name, quantity]) => [name, quantity.toString()]));
