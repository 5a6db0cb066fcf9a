/** Clusters for tests: what `keelson/testing` exports. The build copies this beside the bundle; a test holds it against the code. */

export interface TestClusterOptions {
  /** How many simulated nodes there are; 1 if not said. */
  readonly nodes?: number;
  /** Hears what the parts of the cluster log; nobody does if absent. */
  readonly log?: Logger;
}

/** A cluster for one test, or for all tests of a file. */
export interface TestCluster {
  /** The path of a kubeconfig with every right, for kubectl, Helm, and clients in this process or another. */
  readonly kubeconfig: string;
  /** The URL of the API server. */
  readonly server: string;
  /** A client with every right, which needs no socket. */
  readonly client: ApiClient;
  /** Ends the cluster and deletes all it kept. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a whole cluster in this process: API server, controllers, scheduler, and simulated nodes on which pods become Running though nothing
 * is in them. Any number may run at once. Resolves when its nodes are Ready and pods may be made in the namespace `default`; rejects if it
 * can't start, and leaves nothing behind then.
 */
export function createTestCluster(options?: TestClusterOptions): Promise<TestCluster>;

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  error(message: string, fields?: LogFields & { readonly error?: unknown }): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  v(level: number, message: string, fields?: LogFields): void;
  /** The same logger with `fields` on every line. */
  with(fields: LogFields): Logger;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
}

export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

/** An object on its way to the server: metadata only as far as the client decides it. */
export type Draft<T extends KubernetesObject> = Omit<T, 'metadata'> & { metadata: Partial<ObjectMeta> };

/** Says where objects are, such as `{ group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespaced: true }`. */
export interface Resource<T extends KubernetesObject = KubernetesObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never present: it ties `T` to the descriptor. */
  readonly objectType?: T;
}

export interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Selection extends CallOptions {
  /** All namespaces if absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  /** Such as `status` or `scale`. */
  readonly subresource?: string | undefined;
}

export type Patch =
  | { readonly type: 'json'; readonly operations: readonly object[] }
  | { readonly type: 'merge' | 'strategic'; readonly patch: object }
  | { readonly type: 'apply'; readonly object: object; readonly force?: boolean };

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

/** The objects of one resource. Every method rejects when the server answers an error; its `reason` is the `Status`'s. */
export interface ResourceClient<T extends KubernetesObject> {
  get(name: ObjectName, options?: CallOptions): Promise<T>;
  list(options?: Selection): Promise<{ readonly items: readonly T[]; readonly resourceVersion: string }>;
  create(object: Draft<T>, options?: WriteOptions): Promise<T>;
  update(object: T, options?: WriteOptions): Promise<T>;
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  patch(name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T>;
  delete(name: ObjectName, options?: CallOptions & { gracePeriodSeconds?: number; propagationPolicy?: string }): Promise<void>;
  /** One watch request, which ends when `signal` aborts. */
  watch(options?: Selection): AsyncIterable<WatchEvent<T>>;
}

export interface ApiClient {
  resource<T extends KubernetesObject>(resource: Resource<T>): ResourceClient<T>;
  /** Any other JSON request, such as `/version`. */
  raw<R>(request: {
    readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object;
    readonly signal?: AbortSignal | undefined;
  }): Promise<R>;
}
