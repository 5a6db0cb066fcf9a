import type { GroupVersionKind } from '@keelson/apimachinery';
import type { ServedResource, ServedSubresource } from '../schema/type-schema';

/** What a request does, as `x-kubernetes-action` names it. */
export type Action = 'list' | 'post' | 'deletecollection' | 'get' | 'put' | 'patch' | 'delete' | 'connect';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One operation, before it is written down for a version of OpenAPI. */
export interface Operation {
  readonly method: HttpMethod;
  readonly action: Action;
  readonly operationId: string;
  readonly tag: string;
  /** What `x-kubernetes-group-version-kind` names. */
  readonly kind: GroupVersionKind;
  /** What the body is; absent if there is none. */
  readonly body?: 'object' | 'patch' | 'DeleteOptions';
  /** What the answer is; a connection's is not described. */
  readonly answer: 'object' | 'list' | 'Status' | 'stream';
  /** Names and types of query parameters. */
  readonly query: Readonly<Record<string, QueryType>>;
}

export type QueryType = 'string' | 'integer' | 'boolean';

/** A path with its operations; its parameters are the names in braces. */
export interface PathOperations {
  readonly path: string;
  readonly operations: readonly Operation[];
}

const WRITE = { dryRun: 'string', fieldManager: 'string', fieldValidation: 'string' } as const;
const LIST = {
  allowWatchBookmarks: 'boolean',
  continue: 'string',
  fieldSelector: 'string',
  labelSelector: 'string',
  limit: 'integer',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
  sendInitialEvents: 'boolean',
  shardSelector: 'string',
  timeoutSeconds: 'integer',
  watch: 'boolean',
} as const;
const DELETE = {
  dryRun: 'string',
  gracePeriodSeconds: 'integer',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'boolean',
  orphanDependents: 'boolean',
  propagationPolicy: 'string',
} as const;
const DELETE_COLLECTION = {
  ...Object.fromEntries(Object.entries(LIST).filter(([name]) => name !== 'watch' && name !== 'allowWatchBookmarks')),
  ...DELETE,
} as Readonly<Record<string, QueryType>>;

interface Verb {
  readonly verb: string;
  readonly method: HttpMethod;
  readonly action: Action;
  /** How the operation's id begins. */
  readonly word: string;
  readonly body?: 'object' | 'patch' | 'DeleteOptions';
  readonly answer: Operation['answer'];
  readonly query: Readonly<Record<string, QueryType>>;
}

const COLLECTION_VERBS: readonly Verb[] = [
  { verb: 'list', method: 'get', action: 'list', word: 'list', answer: 'list', query: LIST },
  { verb: 'create', method: 'post', action: 'post', word: 'create', body: 'object', answer: 'object', query: WRITE },
  {
    verb: 'deletecollection',
    method: 'delete',
    action: 'deletecollection',
    word: 'delete',
    body: 'DeleteOptions',
    answer: 'Status',
    query: DELETE_COLLECTION,
  },
];

const OBJECT_VERBS: readonly Verb[] = [
  { verb: 'get', method: 'get', action: 'get', word: 'read', answer: 'object', query: {} },
  { verb: 'update', method: 'put', action: 'put', word: 'replace', body: 'object', answer: 'object', query: WRITE },
  {
    verb: 'patch',
    method: 'patch',
    action: 'patch',
    word: 'patch',
    body: 'patch',
    answer: 'object',
    query: { ...WRITE, force: 'boolean' },
  },
  { verb: 'delete', method: 'delete', action: 'delete', word: 'delete', body: 'DeleteOptions', answer: 'Status', query: DELETE },
];

const CREATE = COLLECTION_VERBS.filter(({ verb }) => verb === 'create');

/** The paths of a resource: its collections, its objects, and their subresources. */
export function pathsOf(resource: ServedResource): PathOperations[] {
  const { group, version } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.resource}` : `${root}/${resource.resource}`;
  const object = `${collection}/{name}`;
  const everywhere = resource.namespaced ? [{ path: `${root}/${resource.resource}`, operations: listEverywhere(resource) }] : [];
  const all = [
    ...everywhere,
    { path: collection, operations: operations(resource, COLLECTION_VERBS) },
    { path: object, operations: operations(resource, OBJECT_VERBS) },
    ...resource.subresources.map((subresource) => ({
      path: `${object}/${subresource.name}`,
      operations: subresourceOperations(resource, subresource),
    })),
  ];
  return all.filter((path) => path.operations.length > 0);
}

function listEverywhere(resource: ServedResource): Operation[] {
  const verbs = COLLECTION_VERBS.filter(({ verb }) => verb === 'list' && resource.verbs.includes(verb));
  return verbs.map((verb) => ({
    ...operation(resource, verb, resource),
    operationId: `list${groupName(resource)}${resource.kind}ForAllNamespaces`,
  }));
}

function operations(resource: ServedResource, verbs: readonly Verb[]): Operation[] {
  return verbs.filter(({ verb }) => resource.verbs.includes(verb)).map((verb) => operation(resource, verb, resource));
}

/** What is no view of an object, such as `exec`, is a connection, whatever method opens it. */
const isConnection = ({ kind }: ServedSubresource): boolean => kind.kind.endsWith('Options');

function subresourceOperations(resource: ServedResource, subresource: ServedSubresource): Operation[] {
  return [...CREATE, ...OBJECT_VERBS]
    .filter(({ verb }) => subresource.verbs.includes(verb))
    .map((verb) => {
      const described = operation(resource, verb, subresource.kind, capitalized(subresource.name));
      if (!isConnection(subresource)) return described;
      const { method, tag, kind } = described;
      const name = `${scopeName(resource)}${resource.kind}${capitalized(subresource.name)}`;
      const operationId = `connect${groupName(resource)}${capitalized(method)}${name}`;
      return { method, tag, kind, action: 'connect', answer: 'stream', query: {}, operationId };
    });
}

function operation(resource: ServedResource, verb: Verb, kind: GroupVersionKind, suffix = ''): Operation {
  const { method, action, word, answer, query, body } = verb;
  const collection = action === 'deletecollection' ? 'Collection' : '';
  return {
    method,
    action,
    operationId: `${word}${groupName(resource)}${collection}${scopeName(resource)}${resource.kind}${suffix}`,
    tag: tagOf(resource),
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    answer,
    query,
    ...(body === undefined ? {} : { body }),
  };
}

const scopeName = ({ namespaced }: ServedResource): string => (namespaced ? 'Namespaced' : '');

/** `RbacAuthorization` from `rbac.authorization.k8s.io`. */
const groupWords = (group: string): string[] => (group === '' ? ['core'] : group.replace(/\.k8s\.io$/, '').split('.'));

const groupName = ({ group, version }: ServedResource): string => groupWords(group).map(capitalized).join('') + capitalized(version);

function tagOf({ group, version }: ServedResource): string {
  const [first = '', ...rest] = groupWords(group);
  return `${first}${rest.map(capitalized).join('')}_${version}`;
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
