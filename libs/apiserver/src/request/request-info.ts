/** What a request asks for, read from its method and URL alone; `k8s.io/apiserver/pkg/endpoints/request.RequestInfo`. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  /** The API verb (`get`, `list`, `watch`, `deletecollection`, ...), or the HTTP method in lower case for other paths. */
  readonly verb: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  /** Empty for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** The path's segments from the resource on; those beyond name and subresource belong to proxies. */
  readonly parts: readonly string[];
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Verbs that stand in the path before the namespace, as in `/api/v1/watch/pods`; deprecated, still served. */
const PATH_VERBS = new Set(['proxy', 'watch']);

/** What may follow a namespace's name without being a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** Reads the request's target. Never throws: a path that is no resource's is a non-resource request. */
export function requestInfoOf(method: string, path: string, query: URLSearchParams): RequestInfo {
  const segments = decoded(path)
    .split('/')
    .filter((segment) => segment !== '');
  const isCore = segments[0] === 'api';
  const isGroup = segments[0] === 'apis';
  if ((!isCore && !isGroup) || segments.length < (isCore ? 3 : 4)) return nonResource(method, path);

  const apiGroup = isCore ? '' : (segments[1] ?? '');
  const apiVersion = segments[isCore ? 1 : 2] ?? '';
  let rest = segments.slice(isCore ? 2 : 3);
  const pathVerb = rest.length > 1 && PATH_VERBS.has(rest[0] ?? '') ? rest[0] : undefined;
  if (pathVerb !== undefined) rest = rest.slice(1);

  let namespace = '';
  if (rest[0] === 'namespaces') {
    namespace = rest[1] ?? '';
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] ?? '')) rest = rest.slice(2);
  }
  const resource = rest[0] ?? '';
  const isProxy = pathVerb === 'proxy';
  const name = rest[1] ?? '';
  const subresource = rest.length >= 3 && !isProxy ? (rest[2] ?? '') : '';
  const fieldSelector = query.get('fieldSelector') ?? '';
  const verb = verbOf(method, pathVerb, name, query);
  return {
    isResourceRequest: true,
    path,
    verb,
    apiGroup,
    apiVersion,
    namespace,
    resource,
    subresource,
    // A list of the one object that a field selector names is authorized as that object's.
    name: name === '' && (verb === 'list' || verb === 'watch' || verb === 'deletecollection') ? nameIn(fieldSelector) : name,
    parts: rest,
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector,
  };
}

function verbOf(method: string, pathVerb: string | undefined, name: string, query: URLSearchParams): string {
  if (pathVerb !== undefined) return pathVerb;
  const verb = VERBS[method] ?? '';
  if (name !== '') return verb;
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** As Go's conversion of a query parameter to bool: present and neither `0` nor `false`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function nameIn(fieldSelector: string): string {
  const match = /(?:^|,)metadata\.name==?([^,=!\\]+)(?:,|$)/.exec(fieldSelector);
  return match?.[1] ?? '';
}

/** As Go's `URL.Path`: an escaped slash is a slash. */
function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function nonResource(method: string, path: string): RequestInfo {
  return {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
    labelSelector: '',
    fieldSelector: '',
  };
}
