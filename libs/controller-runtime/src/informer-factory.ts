import { apiVersionOf, type Clock, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { Informer } from './informer';
import { ObjectCache } from './object-cache';
import { Reflector, type Selection } from './reflector';

export interface InformerFactoryOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** What of every object is kept, such as {@link dropManagedFields}. */
  readonly transform?: (<T extends KubernetesObject>(object: T) => T) | undefined;
}

interface Entry {
  readonly informer: unknown;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/**
 * The informers of a process: one for each resource and selection, whoever asks for it.
 * Invariant: once started, every informer runs, those asked for later too.
 */
export class InformerFactory {
  readonly #options: InformerFactoryOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #running: Promise<void>[] = [];
  #signal: AbortSignal | undefined;

  constructor(options: InformerFactoryOptions) {
    this.#options = options;
  }

  /** The informer of `resource`, limited to `selection`; it lists and watches from {@link start} on. */
  informer<T extends KubernetesObject>(resource: Resource<T>, selection: Selection = {}): Informer<T> {
    const { namespace, labelSelector, fieldSelector } = selection;
    const key = JSON.stringify([apiVersionOf(resource), resource.resource, namespace, labelSelector, fieldSelector]);
    const entry = this.#entries.get(key) ?? this.#create(key, resource, selection);
    // The key holds the resource, and a resource has objects of one type.
    return entry.informer as Informer<T>;
  }

  /** Runs every informer until `signal` aborts. */
  start(signal: AbortSignal): void {
    if (this.#signal !== undefined) throw new Error('the informers are started already');
    this.#signal = signal;
    for (const { run } of this.#entries.values()) this.#running.push(run(signal));
  }

  /** Resolves when every informer has ended, after the signal of {@link start} aborted. */
  async stopped(): Promise<void> {
    await Promise.all(this.#running);
  }

  #create<T extends KubernetesObject>(key: string, resource: Resource<T>, selection: Selection): Entry {
    const { client, clock, log, random = Math.random, transform } = this.#options;
    const cache = new ObjectCache<T>();
    const reflector = new Reflector<T>({
      client: client.resource(resource),
      cache,
      selection,
      transform,
      clock,
      random,
      log: log.with({ resource: resource.resource }),
    });
    const entry: Entry = { informer: cache, run: (signal) => reflector.run(signal).finally(() => cache.stop()) };
    this.#entries.set(key, entry);
    if (this.#signal !== undefined) this.#running.push(entry.run(this.#signal));
    return entry;
  }
}

/** Leaves out what no controller reads, and what may be half of an object. The server keeps it when such an object is written back. */
export function dropManagedFields<T extends KubernetesObject>(object: T): T {
  const metadata = { ...object.metadata };
  delete metadata.managedFields;
  return { ...object, metadata };
}
