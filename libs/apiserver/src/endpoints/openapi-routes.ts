import {
  documentHash,
  encodeOpenApiV2,
  loadDescriptions,
  OPENAPI_V2_PROTOBUF,
  openApiPath,
  openApiV2,
  openApiV3,
  openApiV3Index,
  type OpenApiSource,
  type SchemaRegistry,
} from '@keelson/api/server';
import { headerOf, type ApiRequest, type ApiResponse } from '../http/api-request';
import type { NonResourceRoute } from './non-resource-routes';
import { jsonResponse } from './resource-handlers';

/** A document whose URL names its content's hash never changes. */
const FOREVER = 'public, immutable';

/** `/openapi/v2` and `/openapi/v3`: what kubectl explains and validates by. Documents are made when first asked for; most servers are never asked. */
export function openApiRoutes(schemas: SchemaRegistry, version: string): readonly NonResourceRoute[] {
  const source = lazy(async (): Promise<OpenApiSource> => ({ schemas, descriptions: await loadDescriptions(), version }));
  const v2 = lazy(async () => openApiV2(await source()));
  const v2Json = lazy(async () => Buffer.from(JSON.stringify(await v2())));
  const v2Protobuf = lazy(async () => encodeOpenApiV2(await v2()));
  const hashOf = (group: string, groupVersion: string): string => documentHash({ schemas, version }, group, groupVersion);
  return [
    {
      path: '/openapi/v2',
      handle: async (request) =>
        acceptsProtobuf(request) ? document(OPENAPI_V2_PROTOBUF, await v2Protobuf()) : document('application/json', await v2Json()),
    },
    { path: '/openapi/v3', handle: () => Promise.resolve(jsonResponse(200, openApiV3Index(schemas, hashOf))) },
    ...schemas.groups.flatMap(({ group, versions }) =>
      versions.map((each) => {
        const body = lazy(async () => Buffer.from(JSON.stringify(openApiV3(await source(), group, each))));
        return {
          path: `/openapi/v3/${openApiPath(group, each)}`,
          handle: async (request: ApiRequest) => withCaching(request, document('application/json', await body())),
        };
      }),
    ),
  ];
}

function acceptsProtobuf(request: ApiRequest): boolean {
  return (headerOf(request, 'accept') ?? '').includes('com.github.proto-openapi.spec.v2');
}

function document(contentType: string, body: Buffer): Extract<ApiResponse, { body: unknown }> {
  return { status: 200, headers: { 'content-type': contentType, vary: 'Accept' }, body };
}

function withCaching({ query }: ApiRequest, response: Extract<ApiResponse, { body: unknown }>): ApiResponse {
  return query.has('hash') ? { ...response, headers: { ...response.headers, 'cache-control': FOREVER } } : response;
}

/** Runs `make` at the first call; a failure is not kept. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
