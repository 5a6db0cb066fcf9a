import { apiVersionOf, type Draft, type KubernetesObject, type ObjectName, type Resource } from '@keelson/apimachinery';
import type {
  CallOptions,
  DeleteCallOptions,
  GetOptions,
  ListOptions,
  ListResult,
  Patch,
  ResourceClient,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './api-client';
import { readLines } from './read-lines';
import { readText } from './read-text';
import type { RequestSender } from './request-sender';
import { collectionPath, objectPath, withQuery } from './resource-path';
import type { RequestSubject } from './response-error';
import type { TransportRequest } from './transport';
import { decodeWatchEvent } from './watch-events';

const PATCH_TYPES: Readonly<Record<Patch['type'], string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

interface ListPage<T> {
  readonly items?: T[];
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
}

export interface RestClientDeps {
  readonly sender: RequestSender;
  readonly userAgent: string;
}

/** The {@link ResourceClient} that speaks JSON over a transport. */
export class RestClient<T extends KubernetesObject> implements ResourceClient<T> {
  readonly #resource: Resource<T>;
  readonly #deps: RestClientDeps;

  constructor(resource: Resource<T>, deps: RestClientDeps) {
    this.#resource = resource;
    this.#deps = deps;
  }

  get(name: ObjectName, { resourceVersion, signal }: GetOptions = {}): Promise<T> {
    const path = withQuery(objectPath(this.#resource, name), { resourceVersion });
    return this.#json({ method: 'GET', path, signal }, this.#subject('get', name.name));
  }

  async list({ namespace, signal, ...query }: ListOptions = {}): Promise<ListResult<T>> {
    const path = collectionPath(this.#resource, namespace);
    const items: T[] = [];
    let page: ListPage<T> | undefined;
    do {
      // A continue token stands for the version of the first page; giving one as well is an error.
      const { resourceVersion, resourceVersionMatch, ...rest } = query;
      const version = page === undefined ? { resourceVersion, resourceVersionMatch } : { continue: page.metadata.continue };
      page = await this.#json<ListPage<T>>(
        { method: 'GET', path: withQuery(path, { ...rest, ...version }), signal },
        this.#subject('list'),
      );
      for (const item of page.items ?? []) items.push(this.#withType(item));
    } while ((page.metadata.continue ?? '') !== '');
    return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
  }

  create(object: Draft<T>, options: WriteOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    const path =
      options.subresource === undefined
        ? collectionPath(this.#resource, this.#namespaceOf(namespace, name))
        : objectPath(this.#resource, { namespace, name: name ?? '' }, options.subresource);
    return this.#write('POST', path, { body: this.#withType(object), options, subject: this.#subject('create', name) });
  }

  update(object: T, options: WriteOptions = {}): Promise<T> {
    const path = objectPath(this.#resource, object.metadata, options.subresource);
    return this.#write('PUT', path, { body: this.#withType(object), options, subject: this.#subject('update', object.metadata.name) });
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.update(object, { ...options, subresource: 'status' });
  }

  patch(name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<T> {
    const path = objectPath(this.#resource, name, options.subresource);
    return this.#write('PATCH', path, {
      body: patchBody(patch),
      options,
      subject: this.#subject('patch', name.name),
      contentType: PATCH_TYPES[patch.type],
      query: { force: patch.type === 'apply' ? patch.force : undefined },
    });
  }

  async delete(name: ObjectName, { signal, ...options }: DeleteCallOptions = {}): Promise<void> {
    const request = this.#deleteRequest(objectPath(this.#resource, name), options, signal);
    await this.#text(request, this.#subject('delete', name.name));
  }

  async deleteCollection(selection: ListOptions, { signal, ...options }: DeleteCallOptions = {}): Promise<void> {
    const { namespace, signal: selectionSignal, ...query } = selection;
    const path = withQuery(collectionPath(this.#resource, namespace), query);
    await this.#text(this.#deleteRequest(path, options, signal ?? selectionSignal), this.#subject('delete'));
  }

  async *watch({ namespace, signal, ...query }: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void, void> {
    // Initial events are refused without a match rule (KEP-3157), and there is only this one to give.
    const match = query.sendInitialEvents === undefined ? undefined : 'NotOlderThan';
    const path = withQuery(collectionPath(this.#resource, namespace), { watch: true, ...query, resourceVersionMatch: match });
    // The consumer may leave the loop at any event, and the request must end with it.
    const ended = new AbortController();
    const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    try {
      const response = await this.#deps.sender.send(this.#request({ method: 'GET', path, signal: either }), this.#subject('watch'), false);
      for await (const line of readLines(response.body)) yield decodeWatchEvent<T>(line);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    } finally {
      ended.abort();
    }
  }

  createSubresource<R = unknown>(name: ObjectName, subresource: string, body: object, { signal }: CallOptions = {}): Promise<R> {
    const path = objectPath(this.#resource, name, subresource);
    return this.#json({ method: 'POST', path, body: encode(body), signal }, this.#subject('create', name.name));
  }

  #write(method: 'POST' | 'PUT' | 'PATCH', path: string, write: Write): Promise<T> {
    const { options, body, subject, contentType, query } = write;
    const { dryRun, fieldManager, signal } = options;
    const full = withQuery(path, { dryRun: dryRun === true ? 'All' : undefined, fieldManager, ...query });
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    return this.#json({ method, path: full, body: encode(body), headers, signal }, subject);
  }

  #deleteRequest(path: string, options: object, signal: AbortSignal | undefined): TransportRequest {
    const body = encode({ apiVersion: 'v1', kind: 'DeleteOptions', ...options });
    return { method: 'DELETE', path, body, signal };
  }

  async #json<R>(request: TransportRequest, subject: RequestSubject): Promise<R> {
    return JSON.parse(await this.#text(request, subject)) as R;
  }

  async #text(request: TransportRequest, subject: RequestSubject): Promise<string> {
    const response = await this.#deps.sender.send(this.#request(request), subject);
    return readText(response.body);
  }

  #request(request: TransportRequest): TransportRequest {
    return { ...request, headers: requestHeaders(this.#deps.userAgent, request) };
  }

  #subject(verb: string, name?: string): RequestSubject {
    return { verb, resource: this.#resource, ...(name === undefined ? {} : { name }) };
  }

  /** Items of a list come without them, and what is sent must have them. */
  #withType<O extends { apiVersion?: string | undefined; kind?: string | undefined }>(object: O): O {
    if (object.apiVersion !== undefined && object.kind !== undefined) return object;
    return { ...object, apiVersion: apiVersionOf(this.#resource), kind: this.#resource.kind };
  }

  #namespaceOf(namespace: string | undefined, name: string | undefined): string | undefined {
    if (!this.#resource.namespaced) return undefined;
    if (namespace === undefined || namespace === '')
      throw new Error(`${this.#resource.kind} ${name ?? ''} can't be created without its namespace`);
    return namespace;
  }
}

interface Write {
  readonly body: object;
  readonly options: WriteOptions;
  readonly subject: RequestSubject;
  readonly contentType?: string;
  readonly query?: Readonly<Record<string, boolean | undefined>>;
}

/** JSON in, JSON out; `headers` of the request take precedence. */
export function requestHeaders(userAgent: string, { body, headers }: Pick<TransportRequest, 'body' | 'headers'>): Record<string, string> {
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
}

export const encode = (body: object): Uint8Array => Buffer.from(JSON.stringify(body));

function patchBody(patch: Patch): object {
  if (patch.type === 'json') return patch.operations;
  return patch.type === 'apply' ? patch.object : patch.patch;
}
