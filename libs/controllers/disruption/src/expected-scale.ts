import type { DeepReadonly, Deployment, Pod, ReplicaSet, ReplicationController, StatefulSet } from '@keelson/api';
import { controllerOf, objectKey, parseApiVersion, type KubernetesObject, type OwnerReference } from '@keelson/apimachinery';
import type { Informer } from '@keelson/controller-runtime';
import type { LookUpScale } from './look-up-scale';

export interface ExpectedScaleDeps {
  readonly deployments: Informer<Deployment>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly replicationControllers: Informer<ReplicationController>;
  readonly statefulSets: Informer<StatefulSet>;
  readonly lookUpScale: LookUpScale;
}

export interface ExpectedScale {
  /** How many pods their controllers want, all together. */
  readonly expected: number;
  /** Pods that no controller has, which are not in that number. */
  readonly unmanaged: readonly string[];
}

interface Scaled {
  readonly uid: string;
  readonly replicas: number;
}

/**
 * What a part of "all pods" is a part of: not the pods there are, but those that their controllers want.
 * @throws Error if a pod's controller can't be found or has no size
 */
export async function expectedScale(
  pods: readonly DeepReadonly<Pod>[],
  deps: ExpectedScaleDeps,
  signal: AbortSignal,
): Promise<ExpectedScale> {
  const seen = new Set<string>();
  const sizes = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged.push(pod.metadata.name);
    if (owner === undefined || seen.has(owner.uid)) continue;
    seen.add(owner.uid);
    const scaled = cachedScale(owner, pod.metadata.namespace ?? '', deps) ?? (await askedScale(owner, pod, deps, signal));
    sizes.set(scaled.uid, scaled.replicas);
  }
  return { expected: [...sizes.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

async function askedScale(
  owner: DeepReadonly<OwnerReference>,
  { metadata }: DeepReadonly<Pod>,
  { lookUpScale }: ExpectedScaleDeps,
  signal: AbortSignal,
): Promise<Scaled> {
  const replicas = await lookUpScale(owner, metadata.namespace ?? '', signal);
  if (replicas === undefined) throw new Error(`found no controllers for pod "${metadata.name}"`);
  return { uid: owner.uid, replicas };
}

/** The size of a kind that is cached here; a ReplicaSet of a Deployment counts as that. */
function cachedScale(owner: DeepReadonly<OwnerReference>, namespace: string, deps: ExpectedScaleDeps): Scaled | undefined {
  const { group } = parseApiVersion(owner.apiVersion);
  const find = <T extends KubernetesObject>(
    informer: Informer<T>,
    { name, uid }: DeepReadonly<OwnerReference>,
  ): DeepReadonly<T> | undefined => {
    const object = informer.get(objectKey({ namespace, name }));
    return object?.metadata.uid === uid ? object : undefined;
  };
  switch (`${owner.kind}.${group}`) {
    case 'ReplicationController.':
      return sizeOf(find(deps.replicationControllers, owner));
    case 'StatefulSet.apps':
      return sizeOf(find(deps.statefulSets, owner));
    case 'ReplicaSet.apps': {
      const set = find(deps.replicaSets, owner);
      const deployment = set === undefined ? undefined : controllerOf(set);
      return deployment?.kind === 'Deployment' ? sizeOf(find(deps.deployments, deployment)) : sizeOf(set);
    }
    default:
      return undefined;
  }
}

function sizeOf(object: DeepReadonly<Deployment | ReplicaSet | ReplicationController | StatefulSet> | undefined): Scaled | undefined {
  return object === undefined ? undefined : { uid: object.metadata.uid, replicas: object.spec.replicas ?? 1 };
}
