import type { DeleteOptions, Draft, KubernetesObject, ObjectName, Resource } from '@keelson/apimachinery';
import type { Transport } from './transport';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface GetOptions extends CallOptions {
  /** `0`: any version the server has at hand. Absent: the newest. */
  readonly resourceVersion?: string | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean | undefined;
  /** Who the change is booked on in `managedFields`; the client's own name if absent. */
  readonly fieldManager?: string | undefined;
  /** A subresource such as `status`, `scale` or `binding`. */
  readonly subresource?: string | undefined;
}

export interface ListOptions extends CallOptions {
  /** All namespaces if absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
  /** Page size of the requests made; the result is whole in any case. */
  readonly limit?: number | undefined;
}

export interface ListResult<T> {
  /** Each with its `apiVersion` and `kind`. */
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'resourceVersionMatch'> {
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** Carries a resource version only; `initialEventsEnd` once, after the initial events asked for. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

/** The three patch formats and server-side apply, with the document as the value it is. */
export type Patch =
  | { readonly type: 'json'; readonly operations: readonly object[] }
  | { readonly type: 'merge' | 'strategic'; readonly patch: object }
  | { readonly type: 'apply'; readonly object: object; readonly force?: boolean };

export interface DeleteCallOptions extends DeleteOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The objects of one resource. Every method rejects with `StatusError` when the server answered an error, and with `TransportError`
 * when it did not answer; requests that are safe to send again are, when the server says so (429, `Retry-After`).
 */
export interface ResourceClient<T extends KubernetesObject> {
  get(name: ObjectName, options?: GetOptions): Promise<T>;
  /** All objects, gathered page by page when `limit` is given. */
  list(options?: ListOptions): Promise<ListResult<T>>;
  create(object: Draft<T>, options?: WriteOptions): Promise<T>;
  update(object: T, options?: WriteOptions): Promise<T>;
  /** `update` of the `status` subresource. */
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  patch(name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T>;
  delete(name: ObjectName, options?: DeleteCallOptions): Promise<void>;
  deleteCollection(selection: ListOptions, options?: DeleteCallOptions): Promise<void>;
  /**
   * One watch request. Ends when the server ends it or `signal` aborts.
   * @throws StatusError with reason Expired if `resourceVersion` is too old, also in the midst of the stream
   */
  watch(options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** POSTs `body` to a subresource that answers with another kind, such as `binding`, `eviction` or `token`. */
  createSubresource<R = unknown>(name: ObjectName, subresource: string, body: object, options?: CallOptions): Promise<R>;
}

export interface RawRequest extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Typed access to an apiserver: `client.resource(pods).get({ namespace, name })`. */
export interface ApiAccess {
  resource<T extends KubernetesObject>(resource: Resource<T>): ResourceClient<T>;
  /** Any other JSON request, such as `/version` or a discovery document. @throws StatusError, TransportError */
  raw<R>(request: RawRequest): Promise<R>;
}

/** Access over a transport of one's own. Stateless but for it. */
export interface ApiClient extends ApiAccess {
  readonly transport: Transport;
}
