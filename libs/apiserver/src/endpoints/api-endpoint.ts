import { StatusError } from '@keelson/apimachinery';
import type { ApiRequest, ApiResponse, Handler } from '../http/api-request';
import type { ResourceHandlers } from './resource-handlers';
import type { ServedResource } from './served-resource';

/** Something a URL names that is no stored object: a review, or a subresource with a life of its own. By API verb. */
export type VirtualResource = Readonly<Record<string, Handler>>;

export interface ApiEndpointDeps {
  readonly handlers: ResourceHandlers;
  /** By {@link resourceKey}. */
  readonly stored: ReadonlyMap<string, ServedResource>;
  /** By {@link resourceKey} of the subresource, such as `/v1/pods/binding`. */
  readonly virtual: ReadonlyMap<string, VirtualResource>;
  /** Paths that are no resource's: discovery, health, metrics, version. Undefined if there is nothing there. */
  readonly nonResource: (request: ApiRequest) => Promise<ApiResponse | undefined>;
}

export function resourceKey({
  group,
  resource,
  subresource = '',
  version,
}: {
  group: string;
  version: string;
  resource: string;
  subresource?: string;
}): string {
  return `${group}/${version}/${resource}${subresource === '' ? '' : `/${subresource}`}`;
}

/** Where the filters end: finds what the URL names and lets it answer. @throws StatusError NotFound (404), MethodNotAllowed (405) */
export function apiEndpoint(deps: ApiEndpointDeps): Handler {
  return async (request) => {
    if (!request.info.isResourceRequest) return (await deps.nonResource(request)) ?? pageNotFound();
    const { apiGroup: group, apiVersion: version, resource, subresource } = request.info;
    const virtual = deps.virtual.get(resourceKey({ group, version, resource, subresource }));
    if (virtual !== undefined) return call(virtual[request.info.verb], request);
    const served = deps.stored.get(resourceKey({ group, version, resource }));
    if (served === undefined || !hasSubresource(served, subresource)) return pageNotFound();
    if (served.resource.namespaced && request.info.namespace === '' && !ACROSS_NAMESPACES.has(request.info.verb)) return pageNotFound();
    return call(handlerFor(deps.handlers, served, request), request);
  };
}

const ACROSS_NAMESPACES = new Set(['list', 'watch']);

function call(handler: Handler | undefined, request: ApiRequest): Promise<ApiResponse> {
  const { apiGroup: group, resource, verb } = request.info;
  if (handler === undefined) throw StatusError.methodNotAllowed({ group, resource }, verb);
  return handler(request);
}

function hasSubresource({ registry: { kind } }: ServedResource, subresource: string): boolean {
  return (
    subresource === '' || (subresource === 'status' && kind.hasStatusSubresource) || kind.rules.subresources?.[subresource] !== undefined
  );
}

/** Subresources reached here are views of the object, which can be read and changed, and nothing else. */
const VIEW_VERBS: readonly string[] = ['get', 'update', 'patch'];

function handlerFor(handlers: ResourceHandlers, served: ServedResource, { info }: ApiRequest): Handler | undefined {
  if (info.subresource === '' ? !served.verbs.has(info.verb) : !VIEW_VERBS.includes(info.verb)) return undefined;
  const handle = VERBS[info.verb];
  return handle === undefined ? undefined : (request) => handle(handlers, request, served);
}

const VERBS: Readonly<Record<string, (handlers: ResourceHandlers, request: ApiRequest, served: ServedResource) => Promise<ApiResponse>>> = {
  get: (handlers, request, served) => handlers.get(request, served),
  list: (handlers, request, served) => handlers.list(request, served),
  watch: (handlers, request, served) => handlers.watch(request, served),
  create: (handlers, request, served) => handlers.create(request, served),
  update: (handlers, request, served) => handlers.update(request, served),
  patch: (handlers, request, served) => handlers.patch(request, served),
  delete: (handlers, request, served) => handlers.delete(request, served),
  deletecollection: (handlers, request, served) => handlers.deleteCollection(request, served),
};

/** As Go's `http.NotFound`; kubectl words it for its user. */
function pageNotFound(): ApiResponse {
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from('404 page not found\n') };
}
