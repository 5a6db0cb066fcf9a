import { apiVersionOf, type Clock, type Draft, type KubernetesObject, type ObjectName, type Resource } from '@keelson/apimachinery';
import { TransportError, type ApiClient, type ResourceClient, type Transport } from '@keelson/client';
import { FakeResource, type RecordedWrite } from './fake-resource';

/** Decides the fate of a write before it takes place: throw to refuse it. */
export type Reaction = (write: RecordedWrite) => void;

/**
 * An apiserver in memory, for controllers' specs: resource versions, conflicts, names and uids made by the server, graceful deletion behind
 * finalizers, the status subresource, watches. No defaults, no validation, no admission: give it what a server would have made of an object.
 *
 * ```ts
 * const api = new FakeApi({ clock });
 * const set = api.add(replicasets, replicaSet({ replicas: 2 }));
 * const run = await testController(api, (deps) => new ReplicaSetController(deps));
 * await run.reconcile('default/web');
 * expect(api.writes).toMatchObject([{ verb: 'create', resource: 'pods' }, { verb: 'create', resource: 'pods' }, ...]);
 * ```
 */
export class FakeApi implements ApiClient {
  readonly transport: Transport = noTransport;
  readonly writes: RecordedWrite[] = [];
  readonly #clock: Clock;
  readonly #stores = new Map<string, FakeResource<KubernetesObject>>();
  readonly #reactions: Reaction[] = [];
  #version = 0;
  /** What watchers have not been told yet; undefined while they are told at once. */
  #held: (() => void)[] | undefined;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  resource<T extends KubernetesObject>(resource: Resource<T>): ResourceClient<T> {
    return this.#store(resource);
  }

  raw<R>(): Promise<R> {
    return Promise.reject(new TransportError('a FakeApi answers resource requests only'));
  }

  /** Puts an object there as it is, status and all, without recording a write. */
  add<T extends KubernetesObject>(resource: Resource<T>, object: Draft<T>): T {
    return this.#store(resource).seed(object);
  }

  /** Changes an object as another client would, without recording a write. */
  change<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName, change: (object: T) => void): T {
    return this.#store(resource).change(name, change);
  }

  /** Takes an object away at once, without recording a write. */
  remove<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName): void {
    this.#store(resource).drop(name);
  }

  /** All objects of `resource`, by name. */
  all<T extends KubernetesObject>(resource: Resource<T>): T[] {
    return this.#store(resource).all();
  }

  /** Lets `reaction` refuse writes from now on. @returns its own undo */
  react(reaction: Reaction): () => void {
    this.#reactions.push(reaction);
    return () => void this.#reactions.splice(this.#reactions.indexOf(reaction), 1);
  }

  /** Keeps what happens from now on from all watchers, as a slow connection would. @returns what delivers it all and ends that */
  holdEvents(): () => void {
    this.#held ??= [];
    return () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const tell of held) tell();
    };
  }

  #store<T extends KubernetesObject>(resource: Resource<T>): FakeResource<T> {
    const key = `${apiVersionOf(resource)}/${resource.resource}`;
    const store =
      this.#stores.get(key) ??
      new FakeResource<KubernetesObject>(resource, {
        now: () => this.#clock.now(),
        nextVersion: () => (this.#version += 1),
        version: () => this.#version,
        deliver: (tell) => {
          if (this.#held === undefined) tell();
          else this.#held.push(tell);
        },
        record: (write) => {
          this.writes.push(write);
          for (const react of this.#reactions) react(write);
        },
      });
    this.#stores.set(key, store);
    return store as unknown as FakeResource<T>;
  }
}

const noTransport: Transport = {
  request: () => Promise.reject(new TransportError('a FakeApi has no transport')),
  connect: () => Promise.reject(new TransportError('a FakeApi has no transport')),
  close: () => Promise.resolve(),
};
