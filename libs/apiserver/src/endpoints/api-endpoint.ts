import { pathSegmentName, StatusError } from '@keelson/apimachinery';
import type { ApiRequest, ApiResponse, Handler } from '../http/api-request';
import type { ResourceHandlers } from './resource-handlers';
import type { ServedResource } from './served-resource';

/** Something a URL names that is no stored object: a review, or a subresource with a life of its own. By API verb. */
export type VirtualResource = Readonly<Record<string, Handler>>;

export interface ApiEndpointDeps {
  readonly handlers: ResourceHandlers;
  /** Groups of which some version is served; `''` is the core's. */
  readonly groups: ReadonlySet<string>;
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
    if (!request.info.isResourceRequest) return (await deps.nonResource(request)) ?? nowhere(request.path, deps.groups);
    const { apiGroup: group, apiVersion: version, resource, subresource } = request.info;
    if (request.path.startsWith('//') || !deps.groups.has(group)) return pageNotFound();
    const virtual = deps.virtual.get(resourceKey({ group, version, resource, subresource }));
    const served = deps.stored.get(resourceKey({ group, version, resource }));
    if (virtual !== undefined)
      return call(isReachable(request, served?.resource.namespaced) ? virtual[request.info.verb] : undefined, request);
    if (served === undefined || !hasSubresource(served, subresource)) throw notFound();
    if (!isReachable(request, served.resource.namespaced)) return call(undefined, request);
    const { deprecation } = served.registry.kind.rules;
    if (deprecation !== undefined) request.warnings.add(deprecation);
    return call(handlerFor(deps.handlers, served, request), request);
  };
}

/** Whether the path is one that the resource has at all; namespaced or not is not known of what is never stored. @throws StatusError NotFound */
function isReachable({ info, path }: ApiRequest, namespaced: boolean | undefined): boolean {
  const { name, namespace, parts, resource, subresource } = info;
  if (path.includes('//') || (parts.length > 3 && subresource !== 'proxy')) throw notFound();
  const isNamespaceItself = resource === 'namespaces' && namespace === name;
  if (namespaced === false && namespace !== '' && !isNamespaceItself) throw notFound();
  const isAcross = namespaced === true && namespace === '';
  if (isAcross && parts.length > 1 && info.verb !== 'watch') throw notFound();
  return !isAcross || ACROSS_NAMESPACES.has(info.verb);
}

const ACROSS_NAMESPACES = new Set(['list', 'watch']);
/** Verbs of the whole collection; all others are of one object. */
const OF_COLLECTION = new Set(['list', 'create', 'deletecollection']);
const OF_ONE = new Set(['get', 'update', 'patch', 'delete']);

function call(handler: Handler | undefined, request: ApiRequest): Promise<ApiResponse> {
  if (handler === undefined || (request.method === 'HEAD' && request.info.subresource !== 'proxy')) throw methodNotAllowed();
  const problem = pathSegmentName(request.info.parts[1] ?? '');
  const [first] = problem;
  if (first !== undefined && request.info.parts.length > 1)
    throw StatusError.badRequest(`Name parameter invalid: ${JSON.stringify(request.info.parts[1])}: ${first}`);
  return handler(request);
}

/** As upstream's routes say it, which know of no resource. */
const methodNotAllowed = (): StatusError =>
  StatusError.of('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
const notFound = (): StatusError => StatusError.of('NotFound', 'the server could not find the requested resource', {});

function hasSubresource({ registry: { kind } }: ServedResource, subresource: string): boolean {
  return (
    subresource === '' || (subresource === 'status' && kind.hasStatusSubresource) || kind.rules.subresources?.[subresource] !== undefined
  );
}

/** Subresources reached here are views of the object, which can be read and changed, and nothing else. */
const VIEW_VERBS: readonly string[] = ['get', 'update', 'patch'];

function handlerFor(handlers: ResourceHandlers, served: ServedResource, { info }: ApiRequest): Handler | undefined {
  if (info.subresource === '' ? !served.verbs.has(info.verb) : !VIEW_VERBS.includes(info.verb)) return undefined;
  const isOfOne = info.parts.length > 1;
  if (isOfOne ? OF_COLLECTION.has(info.verb) : OF_ONE.has(info.verb)) return undefined;
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

/** What is below a served group is answered by upstream's routes of that group, all else by its mux. */
function nowhere(path: string, groups: ReadonlySet<string>): ApiResponse {
  const [root, first, second] = path.split('/').slice(1);
  if (root === 'api' && first !== undefined && first !== '') throw notFound();
  if (root === 'apis' && second !== undefined && second !== '' && groups.has(first ?? '')) throw notFound();
  return pageNotFound();
}

/** As Go's `http.NotFound`; kubectl words it for its user. */
function pageNotFound(): ApiResponse {
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from('404 page not found\n') };
}
