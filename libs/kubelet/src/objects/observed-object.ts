import {
  sleep,
  StatusError,
  type Clock,
  type DeepReadonly,
  type KubernetesObject,
  type ObjectName,
  type Resource,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';

const RETRY_MILLISECONDS = 1_000;
const MAX_RETRY_MILLISECONDS = 30_000;

type Seen<T> = { readonly object: DeepReadonly<T> } | { readonly missing: StatusError } | { readonly failure: unknown };

export interface ObservedObjectDeps {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** The object appeared, changed or vanished; not for the first look. */
  readonly onChange: () => void;
  readonly signal: AbortSignal;
}

/** One object kept up to date by a list and a watch of its name alone, which is all that the node authorizer allows. */
export class ObservedObject<T extends KubernetesObject> {
  readonly #resource: Resource<T>;
  readonly #name: ObjectName;
  readonly #deps: ObservedObjectDeps;
  readonly #first = Promise.withResolvers<undefined>();
  #seen: Seen<T> | undefined;

  constructor(resource: Resource<T>, name: ObjectName, deps: ObservedObjectDeps) {
    this.#resource = resource;
    this.#name = name;
    this.#deps = deps;
  }

  /** @throws StatusError NotFound if there is none; what kept it from being read, if it was never read */
  async get(): Promise<DeepReadonly<T>> {
    await this.#first.promise;
    const seen = this.#seen;
    if (seen !== undefined && 'object' in seen) return seen.object;
    throw (seen !== undefined && 'missing' in seen ? seen.missing : seen?.failure) as Error;
  }

  /** Until the signal aborts. */
  async run(): Promise<void> {
    const { clock, signal } = this.#deps;
    let retry = RETRY_MILLISECONDS;
    while (!signal.aborted) {
      try {
        await this.#follow();
        retry = RETRY_MILLISECONDS;
      } catch (failure) {
        if (this.#seen === undefined || 'failure' in this.#seen) this.#see({ failure });
      }
      await sleep(clock, retry, signal);
      retry = Math.min(retry * 2, MAX_RETRY_MILLISECONDS);
    }
    this.#see(this.#seen ?? { failure: new Error('the kubelet is stopping') });
  }

  /** One list and the watch behind it. */
  async #follow(): Promise<void> {
    const { client, signal } = this.#deps;
    const { namespace } = this.#name;
    const selection = { namespace, fieldSelector: `metadata.name=${this.#name.name}`, signal };
    const { items, resourceVersion } = await client.resource(this.#resource).list(selection);
    this.#see(this.#found(items[0]));
    for await (const event of client.resource(this.#resource).watch({ ...selection, resourceVersion })) {
      if (event.type === 'BOOKMARK') continue;
      this.#see(this.#found(event.type === 'DELETED' ? undefined : event.object));
    }
  }

  /** What is missing is named in the singular, as by upstream's kubelet: `configmap "a" not found`. */
  #found(object: T | undefined): Seen<T> {
    return object === undefined
      ? { missing: StatusError.notFound({ group: this.#resource.group, resource: this.#resource.kind.toLowerCase() }, this.#name.name) }
      : { object: object as DeepReadonly<T> };
  }

  #see(seen: Seen<T>): void {
    const before = this.#seen;
    this.#seen = seen;
    this.#first.resolve(undefined);
    if (before !== undefined && versionOf(before) !== versionOf(seen)) this.#deps.onChange();
  }
}

function versionOf(seen: Seen<KubernetesObject>): string {
  return 'object' in seen ? seen.object.metadata.resourceVersion : '';
}
