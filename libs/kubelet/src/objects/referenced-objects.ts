import type { Clock, KubernetesObject, ObjectName, Resource } from '@keelson/apimachinery';
import { configmaps, secrets, type ConfigMap, type DeepReadonly, type Secret } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { ReadonlyPod } from '../pod/types';
import { ObservedObject } from './observed-object';
import type { ObjectSource } from './object-source';
import { podReferences } from './pod-references';

interface Observation {
  readonly object: ObservedObject<KubernetesObject>;
  readonly stop: AbortController;
  /** The uids of the pods that refer to it; it is given up with the last. */
  readonly pods: Set<string>;
}

export interface ReferencedObjectsDeps {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Something that this pod refers to has changed. */
  readonly onChange: (podUid: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The config maps and secrets of the node's pods, each watched by its name as long as some pod refers to it.
 * Invariant: there is an observation for a name exactly as long as its set of pods is not empty.
 */
export class ReferencedObjects implements ObjectSource {
  readonly #deps: ReferencedObjectsDeps;
  /** By `resource/namespace/name`. */
  readonly #observations = new Map<string, Observation>();
  /** What each pod refers to, by its uid. */
  readonly #references = new Map<string, ReadonlySet<string>>();

  constructor(deps: ReferencedObjectsDeps) {
    this.#deps = deps;
  }

  /** Call before a pod's objects are asked for, and again when its spec has changed. */
  register(pod: ReadonlyPod): void {
    const { uid } = pod.metadata;
    const wanted = new Map(podReferences(pod).map(({ resource, name }) => [keyOf(resource, name), { resource, name }]));
    for (const [key, { resource, name }] of wanted) {
      const observation = this.#observations.get(key) ?? this.#observe(key, resource, name);
      observation.pods.add(uid);
    }
    for (const key of this.#references.get(uid) ?? []) if (!wanted.has(key)) this.#release(key, uid);
    this.#references.set(uid, new Set(wanted.keys()));
  }

  unregister(podUid: string): void {
    for (const key of this.#references.get(podUid) ?? []) this.#release(key, podUid);
    this.#references.delete(podUid);
  }

  configMap(namespace: string, name: string): Promise<DeepReadonly<ConfigMap>> {
    return this.#get(configmaps, { namespace, name });
  }

  secret(namespace: string, name: string): Promise<DeepReadonly<Secret>> {
    return this.#get(secrets, { namespace, name });
  }

  async #get<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName): Promise<DeepReadonly<T>> {
    const observation = this.#observations.get(keyOf(resource, name));
    if (observation !== undefined) return (await observation.object.get()) as DeepReadonly<T>;
    return (await this.#deps.client.resource(resource).get(name, { signal: this.#deps.signal })) as DeepReadonly<T>;
  }

  #observe(key: string, resource: Resource, name: ObjectName): Observation {
    const stop = new AbortController();
    const pods = new Set<string>();
    const onChange = (): void => {
      for (const uid of pods) this.#deps.onChange(uid);
    };
    const signal = AbortSignal.any([stop.signal, this.#deps.signal]);
    const object = new ObservedObject(resource, name, { client: this.#deps.client, clock: this.#deps.clock, onChange, signal });
    void object.run();
    const observation = { object, stop, pods };
    this.#observations.set(key, observation);
    return observation;
  }

  #release(key: string, podUid: string): void {
    const observation = this.#observations.get(key);
    if (observation === undefined) return;
    observation.pods.delete(podUid);
    if (observation.pods.size > 0) return;
    observation.stop.abort();
    this.#observations.delete(key);
  }
}

const keyOf = (resource: Resource, { namespace = '', name }: ObjectName): string => `${resource.resource}/${namespace}/${name}`;
