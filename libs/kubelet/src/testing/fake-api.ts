import { applyMergePatch, StatusError, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import type { ApiClient, ResourceClient } from '@keelson/client';

type Stored = KubernetesObject & { status?: Record<string, unknown> };

/** An apiserver as far as a kubelet needs one: objects by resource, namespace and name, and a record of what was asked. */
export class FakeApi {
  readonly requests: string[] = [];
  readonly #objects = new Map<string, Stored>();
  readonly #watchers = new Set<(resource: string, type: 'set' | 'delete', object: Stored) => void>();
  /** What the next requests fail with. */
  readonly failures: Error[] = [];
  #version = 100;

  /** Calls `listener` for every change. */
  onChange(listener: (resource: string, type: 'set' | 'delete', object: Stored) => void): void {
    this.#watchers.add(listener);
  }

  put(resource: string, object: KubernetesObject): void {
    this.#store(resource, object);
  }

  remove(resource: string, name: { namespace?: string | undefined; name: string }): void {
    const key = keyOf(resource, name);
    const object = this.#objects.get(key);
    this.#objects.delete(key);
    if (object !== undefined) for (const watcher of this.#watchers) watcher(resource, 'delete', object);
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names what the caller knows it put in
  find<T extends KubernetesObject>(resource: string, name: string): T | undefined {
    return [...this.#objects].find(([key]) => key.startsWith(`${resource}/`) && key.endsWith(`/${name}`))?.[1] as T | undefined;
  }

  get client(): ApiClient {
    return {
      resource: <T extends KubernetesObject>(resource: Resource<T>) => this.#resource(resource.resource) as unknown as ResourceClient<T>,
    } as unknown as ApiClient;
  }

  #resource(resource: string) {
    return {
      get: async (name: { namespace?: string; name: string }) => this.#existing(resource, name),
      create: async (object: Stored) => {
        this.#request(`create ${resource} ${object.metadata.name}`);
        if (this.#objects.has(keyOf(resource, object.metadata)))
          throw StatusError.alreadyExists({ group: '', resource }, object.metadata.name);
        return this.#store(resource, {
          ...object,
          metadata: withUid(object.metadata),
        });
      },
      update: async (object: Stored) => this.#store(resource, object),
      patch: async (name: { namespace?: string; name: string }, { patch }: { patch: { metadata?: { uid?: string }; status?: object } }) => {
        this.#request(`patch ${resource} ${name.name}`);
        const before = this.#existing(resource, name);
        if (patch.metadata?.uid !== undefined && patch.metadata.uid !== before.metadata.uid)
          throw StatusError.of('Conflict', 'Precondition failed: UID in precondition');
        return this.#store(resource, patched(before, patch));
      },
      delete: async (name: { namespace?: string; name: string }, options: { gracePeriodSeconds?: number }) => {
        this.#request(`delete ${resource} ${name.name} grace=${options.gracePeriodSeconds}`);
        this.#existing(resource, name);
        this.remove(resource, name);
      },
    };
  }

  #request(text: string): void {
    this.requests.push(text);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }

  #existing(resource: string, name: { namespace?: string | undefined; name: string }): Stored {
    const object = this.#objects.get(keyOf(resource, name));
    if (object === undefined) throw StatusError.notFound({ group: '', resource }, name.name);
    return object;
  }

  #store(resource: string, object: Stored): Stored {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version++) } };
    this.#objects.set(keyOf(resource, stored.metadata), stored);
    for (const watcher of this.#watchers) watcher(resource, 'set', stored);
    return stored;
  }
}

/** A merge patch, but for conditions, which are merged by type, and `$patch: replace`. */
function patched(before: Stored, patch: { status?: object }): Stored {
  const status = { ...(patch.status as Record<string, unknown> | undefined) };
  for (const [field, value] of Object.entries(status))
    if (Array.isArray(value)) status[field] = value.filter((entry: unknown) => !isDirective(entry)).map(withoutNulls);
  const conditions = status['conditions'] as { type: string }[] | undefined;
  if (conditions !== undefined) {
    const old = (before.status?.['conditions'] ?? []) as { type: string }[];
    status['conditions'] = [...old.filter(({ type }) => !conditions.some((condition) => condition.type === type)), ...conditions];
  }
  return applyMergePatch(before as never, { ...patch, status } as never) as unknown as Stored;
}

const isDirective = (entry: unknown): boolean => entry instanceof Object && '$patch' in entry;

const withoutNulls = (entry: unknown): unknown =>
  entry instanceof Object ? Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null)) : entry;

/** The server gives a uid to who has none. */
const withUid = (metadata: Stored['metadata']): Stored['metadata'] => Object.assign({ uid: `uid-of-${metadata.name}` }, metadata);

const keyOf = (resource: string, { namespace = '', name }: { namespace?: string | undefined; name: string }): string =>
  `${resource}/${namespace}/${name}`;
