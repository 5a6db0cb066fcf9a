import { OpenApiSchemas, PATCH_TYPE, type OpenApiNode } from './openapi-schema';
import type { OpenApiSource } from './openapi-v3';
import { pathsOf, type Operation, type PathOperations } from './operations';

const PRODUCES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** What `/openapi/v2` answers: one document with everything that is served. */
export function openApiV2(source: OpenApiSource): OpenApiNode {
  const schemas = new OpenApiSchemas(source.schemas, source.descriptions, 2);
  const paths = source.schemas.servedResources.flatMap(pathsOf).map((path) => [path.path, pathItem(path, schemas)] as const);
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: source.version },
    paths: Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1))),
    definitions: schemas.definitions(),
    securityDefinitions: {
      BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'Bearer Token authentication' },
    },
    security: [{ BearerToken: [] }],
  };
}

function pathItem({ path, operations }: PathOperations, schemas: OpenApiSchemas): OpenApiNode {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, describe(operation, schemas)])),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
      { name: 'pretty', in: 'query', type: 'string', uniqueItems: true },
    ],
  };
}

function describe(operation: Operation, schemas: OpenApiSchemas): OpenApiNode {
  const { action, answer, body, kind, operationId, query, tag } = operation;
  const streams = answer === 'list' ? ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'] : [];
  return {
    consumes: action === 'patch' ? PATCHES : ['*/*'],
    produces: answer === 'stream' ? ['*/*'] : [...PRODUCES, ...streams],
    schemes: ['https'],
    tags: [tag],
    operationId,
    parameters: [
      ...(body === undefined ? [] : [{ name: 'body', in: 'body', ...bodyParameter(operation, schemas) }]),
      ...Object.entries(query).map(([name, type]) => ({ name, in: 'query', type, uniqueItems: true })),
    ],
    responses: responses(operation, schemas),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  };
}

function bodyParameter({ body, kind }: Operation, schemas: OpenApiSchemas): OpenApiNode {
  if (body === 'patch') return { required: true, schema: schemas.reference(PATCH_TYPE) };
  if (body === 'DeleteOptions') return { schema: schemas.referenceToKind({ ...kind, kind: 'DeleteOptions' }) };
  return { required: true, schema: schemas.referenceToKind(kind) };
}

function responses({ action, answer, kind }: Operation, schemas: OpenApiSchemas): OpenApiNode {
  const schema =
    answer === 'stream'
      ? { type: 'string' }
      : answer === 'Status'
        ? schemas.referenceToKind({ group: '', version: 'v1', kind: 'Status' })
        : schemas.referenceToKind(answer === 'list' ? { ...kind, kind: `${kind.kind}List` } : kind);
  return {
    200: { description: 'OK', schema },
    ...(['post', 'put', 'patch'].includes(action) ? { 201: { description: 'Created', schema } } : {}),
    ...(['post', 'delete'].includes(action) ? { 202: { description: 'Accepted', schema } } : {}),
    401: { description: 'Unauthorized' },
  };
}
