import { createHash } from 'node:crypto';
import type { Served } from '../discovery/discovery';
import type { SchemaRegistry } from '../schema/schema-registry';
import { OpenApiSchemas, PATCH_TYPE, type Descriptions, type OpenApiNode } from './openapi-schema';
import { pathsOf, type Operation, type PathOperations } from './operations';

/** What a document is made from. */
export interface OpenApiSource {
  readonly schemas: SchemaRegistry;
  readonly descriptions: Descriptions;
  /** Of the server, such as `1.36`; in `info`. */
  readonly version: string;
}

const OBJECT_TYPES = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml'] as const;
const WATCH_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'] as const;
const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
] as const;

/** The path under `/openapi/v3/` that describes a group version: `api/v1`, `apis/apps/v1`. */
export const openApiPath = (group: string, version: string): string => (group === '' ? `api/${version}` : `apis/${group}/${version}`);

/**
 * What `/openapi/v3` answers: where each group version is described, with a hash that changes when the description may have.
 * @param hash of whatever the document is made from: {@link documentHash} for the built-in ones
 */
export function openApiV3Index({ groups }: Served, hash: (group: string, version: string) => string): OpenApiNode {
  const paths = groups.flatMap(({ group, versions }) =>
    versions.map((version) => {
      const path = openApiPath(group, version);
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash(group, version)}` }] as const;
    }),
  );
  return { paths: Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Of a built-in document, without making it. Upper-case hexadecimal SHA-512, as upstream's ETags of OpenAPI documents. */
export function documentHash(
  { schemas, version: server }: Pick<OpenApiSource, 'schemas' | 'version'>,
  group: string,
  version: string,
): string {
  const made = [schemas.fingerprint, server, openApiPath(group, version)].join(' ');
  return createHash('sha512').update(made).digest('hex').toUpperCase();
}

/** What `/openapi/v3/apis/GROUP/VERSION` answers: the paths of its resources and every type they need. */
export function openApiV3(source: OpenApiSource, group: string, version: string): OpenApiNode {
  const schemas = new OpenApiSchemas(source.schemas, source.descriptions, 3);
  const resources = source.schemas.servedResources.filter((resource) => resource.group === group && resource.version === version);
  const paths = resources.flatMap(pathsOf).map((path) => [path.path, pathItem(path, schemas)] as const);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: source.version },
    paths: Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: schemas.definitions(),
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'Bearer Token authentication' } },
    },
  };
}

function pathItem({ path, operations }: PathOperations, schemas: OpenApiSchemas): OpenApiNode {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, describe(operation, schemas)])),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } })),
      { name: 'pretty', in: 'query', schema: { type: 'string', uniqueItems: true } },
    ],
  };
}

function describe(operation: Operation, schemas: OpenApiSchemas): OpenApiNode {
  const body = requestBody(operation, schemas);
  return {
    tags: [operation.tag],
    operationId: operation.operationId,
    parameters: Object.entries(operation.query).map(([name, type]) => ({ name, in: 'query', schema: { type, uniqueItems: true } })),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responses(operation, schemas),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}

function requestBody({ body, kind }: Operation, schemas: OpenApiSchemas): OpenApiNode | undefined {
  if (body === undefined) return undefined;
  if (body === 'patch') return { content: content(PATCH_TYPES, schemas.reference(PATCH_TYPE)), required: true };
  if (body === 'DeleteOptions') return { content: content(['*/*'], schemas.referenceToKind({ ...kind, kind: 'DeleteOptions' })) };
  return { content: content(['*/*'], schemas.referenceToKind(kind)), required: true };
}

function responses(operation: Operation, schemas: OpenApiSchemas): OpenApiNode {
  const ok = answer(operation, schemas);
  return {
    200: { description: 'OK', content: ok },
    ...(['post', 'put', 'patch'].includes(operation.action) ? { 201: { description: 'Created', content: ok } } : {}),
    ...(['post', 'delete'].includes(operation.action) ? { 202: { description: 'Accepted', content: ok } } : {}),
    401: { description: 'Unauthorized' },
  };
}

function answer({ answer: form, kind }: Operation, schemas: OpenApiSchemas): OpenApiNode {
  switch (form) {
    case 'stream':
      return content(['*/*'], { type: 'string' });
    case 'list':
      return content([...OBJECT_TYPES, ...WATCH_TYPES], schemas.referenceToKind({ ...kind, kind: `${kind.kind}List` }));
    case 'Status':
      return content(OBJECT_TYPES, schemas.referenceToKind({ group: '', version: 'v1', kind: 'Status' }));
    case 'object':
      return content(OBJECT_TYPES, schemas.referenceToKind(kind));
  }
}

const content = (types: readonly string[], schema: OpenApiNode): OpenApiNode =>
  Object.fromEntries([...types].sort().map((type) => [type, { schema }]));
