import {
  apiVersionOf,
  applyJsonPatch,
  applyMergePatch,
  FieldMatcher,
  formatTime,
  groupResource,
  LabelMatcher,
  objectKey,
  StatusError,
  type DeleteOptions,
  type Draft,
  type JsonObject,
  type KubernetesObject,
  type ObjectKey,
  type ObjectName,
  type Resource,
} from '@keelson/apimachinery';
import type { ListOptions, Patch, ResourceClient, WatchEvent, WriteOptions } from '@keelson/client';
import { WatchChannel } from './watch-channel';

/** A write that a `FakeApi` was asked for, in the order asked. */
export interface RecordedWrite {
  readonly verb: 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  /** `pods` or `deployments.apps`, with the subresource if there is one: `pods/status`. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** The object, the patch or the delete options. */
  readonly body?: unknown;
}

/** What a resource shares with the others of its server. */
export interface FakeServer {
  now(): number;
  nextVersion(): number;
  version(): number;
  deliver(tell: () => void): void;
  record(write: RecordedWrite): void;
}

/** The objects of one resource, and who watches them. */
export class FakeResource<T extends KubernetesObject> implements ResourceClient<T> {
  readonly #resource: Resource<T>;
  readonly #server: FakeServer;
  readonly #objects = new Map<ObjectKey, T>();
  readonly #watchers = new Map<WatchChannel<WatchEvent<T>>, (object: T) => boolean>();

  constructor(resource: Resource<T>, server: FakeServer) {
    this.#resource = resource;
    this.#server = server;
  }

  async get(name: ObjectName): Promise<T> {
    return structuredClone(this.#existing(name));
  }

  async list(options: ListOptions = {}): Promise<{ items: T[]; resourceVersion: string }> {
    return { items: this.all().filter(selected(options)), resourceVersion: String(this.#server.version()) };
  }

  async create(draft: Draft<T>, { subresource }: WriteOptions = {}): Promise<T> {
    const name = draft.metadata.name ?? `${draft.metadata.generateName ?? ''}${(this.#server.version() + 1).toString(36).padStart(5, '0')}`;
    this.#record('create', { namespace: draft.metadata.namespace, name }, draft, subresource);
    if (this.#objects.has(objectKey({ namespace: draft.metadata.namespace, name }))) throw StatusError.alreadyExists(this.#resource, name);
    const created = structuredClone(draft) as Draft<T> & { status?: unknown };
    delete created.status;
    return this.seed({ ...created, metadata: { ...draft.metadata, name } });
  }

  async update(object: T, { subresource }: WriteOptions = {}): Promise<T> {
    this.#record('update', object.metadata, object, subresource);
    const present = this.#existing(object.metadata);
    const { resourceVersion } = object.metadata;
    if (resourceVersion !== '' && resourceVersion !== present.metadata.resourceVersion)
      throw StatusError.modified(this.#resource, object.metadata.name);
    return this.#write(object, present, subresource);
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.update(object, { ...options, subresource: 'status' });
  }

  async patch(name: ObjectName, patch: Patch, { subresource }: WriteOptions = {}): Promise<T> {
    const body = patch.type === 'json' ? patch.operations : patch.type === 'apply' ? patch.object : patch.patch;
    this.#record('patch', name, body, subresource);
    const present = this.#existing(name);
    const { uid } = (body as { metadata?: { uid?: string } }).metadata ?? {};
    if (uid !== undefined && uid !== present.metadata.uid)
      throw StatusError.conflict(this.#resource, name.name, 'the UID in the precondition does not match');
    return this.#write(patched(present, patch), present, subresource);
  }

  async delete(name: ObjectName, options: DeleteOptions = {}): Promise<void> {
    this.#record('delete', name, options);
    const present = this.#existing(name);
    const { preconditions } = options;
    if (preconditions?.uid !== undefined && preconditions.uid !== present.metadata.uid)
      throw StatusError.conflict(this.#resource, name.name, `the UID in the precondition (${preconditions.uid}) does not match`);
    if ((present.metadata.finalizers ?? []).length === 0) {
      this.drop(name);
      return;
    }
    if (present.metadata.deletionTimestamp !== undefined) return;
    this.change(name, (object) => (object.metadata.deletionTimestamp = formatTime(this.#server.now())));
  }

  async deleteCollection(selection: ListOptions): Promise<void> {
    this.#server.record({ verb: 'deletecollection', resource: groupResource(this.#resource), namespace: selection.namespace });
    for (const { metadata } of this.all().filter(selected(selection))) this.drop(metadata);
  }

  async *watch(options: ListOptions & { sendInitialEvents?: boolean | undefined } = {}): AsyncGenerator<WatchEvent<T>, void, void> {
    const matches = selected(options);
    const channel = new WatchChannel<WatchEvent<T>>(options.signal);
    this.#watchers.set(channel, matches);
    if (options.sendInitialEvents === true) {
      for (const object of this.all().filter(matches)) channel.push({ type: 'ADDED', object });
      channel.push({ type: 'BOOKMARK', resourceVersion: String(this.#server.version()), initialEventsEnd: true });
    }
    try {
      yield* channel.items();
    } finally {
      this.#watchers.delete(channel);
    }
  }

  async createSubresource<R>(name: ObjectName, subresource: string, body: object): Promise<R> {
    this.#record('create', name, body, subresource);
    return body as R;
  }

  all(): T[] {
    return [...this.#objects.values()]
      .map((object) => structuredClone(object))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  seed(draft: Draft<T>): T {
    const version = String(this.#server.nextVersion());
    const metadata = {
      uid: `uid-${version}`,
      creationTimestamp: formatTime(this.#server.now()),
      ...draft.metadata,
      resourceVersion: version,
    };
    const typed = { apiVersion: apiVersionOf(this.#resource), kind: this.#resource.kind, ...structuredClone(draft), metadata };
    return this.#store(typed as unknown as T, 'ADDED');
  }

  change(name: ObjectName, change: (object: T) => void): T {
    const object = structuredClone(this.#existing(name));
    change(object);
    object.metadata.resourceVersion = String(this.#server.nextVersion());
    return this.#store(object, 'MODIFIED');
  }

  drop(name: ObjectName): void {
    const object = structuredClone(this.#existing(name));
    this.#objects.delete(objectKey(name));
    object.metadata.resourceVersion = String(this.#server.nextVersion());
    this.#tell('DELETED', object);
  }

  #write(object: T, present: T, subresource: string | undefined): T {
    // A write of the status writes the metadata too, as the server's strategies let it.
    const written = { metadata: object.metadata, ...pick(object, 'status') };
    const next = subresource === undefined ? { ...object, ...pick(present, 'status') } : { ...present, ...written };
    next.metadata = { ...next.metadata, uid: present.metadata.uid, creationTimestamp: present.metadata.creationTimestamp };
    const finished = next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    if (present.metadata.deletionTimestamp !== undefined && finished) {
      this.drop(next.metadata);
      return next;
    }
    return this.change(present.metadata, (stored) => Object.assign(stored, structuredClone(next)));
  }

  #store(object: T, type: 'ADDED' | 'MODIFIED'): T {
    this.#objects.set(objectKey(object.metadata), object);
    this.#tell(type, object);
    return structuredClone(object);
  }

  #tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const event = structuredClone({ type, object });
    this.#server.deliver(() => {
      for (const [channel, matches] of this.#watchers) if (matches(event.object)) channel.push(structuredClone(event));
    });
  }

  #existing(name: ObjectName): T {
    const object = this.#objects.get(objectKey(name));
    if (object === undefined) throw StatusError.notFound(this.#resource, name.name);
    return object;
  }

  #record(verb: RecordedWrite['verb'], { namespace, name }: ObjectName, body: unknown, subresource?: string): void {
    const resource = groupResource(this.#resource) + (subresource === undefined ? '' : `/${subresource}`);
    this.#server.record({ verb, resource, namespace, name, body: structuredClone(body) });
  }
}

function patched<T extends KubernetesObject>(object: T, patch: Patch): T {
  const document = structuredClone(object) as unknown as JsonObject;
  if (patch.type === 'json') return applyJsonPatch(document, patch.operations as never) as unknown as T;
  return applyMergePatch(document, (patch.type === 'apply' ? patch.object : patch.patch) as JsonObject) as unknown as T;
}

function pick(object: object, field: string): object {
  const value = (object as Record<string, unknown>)[field];
  return value === undefined ? {} : { [field]: value };
}

/** Fields are looked up by their path, as in `spec.nodeName`. */
function selected({ namespace, labelSelector, fieldSelector }: ListOptions): (object: KubernetesObject) => boolean {
  const labels = LabelMatcher.parse(labelSelector ?? '');
  const fields = FieldMatcher.parse(fieldSelector ?? '');
  const valueAt = (object: KubernetesObject, path: string): string | undefined =>
    path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object) as string | undefined;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels.matches(object.metadata.labels ?? {}) &&
    fields.matches((path) => valueAt(object, path));
}
