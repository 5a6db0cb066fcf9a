import { createHash } from 'node:crypto';
import {
  apiGroup,
  aggregatedDiscovery,
  AGGREGATED_DISCOVERY,
  coreVersions,
  groupList,
  resourceList,
  type Served,
} from '@keelson/api/server';
import { headerOf, type ApiRequest, type ApiResponse } from '../http/api-request';
import { canBeServed, clausesOf, onlyAccepted } from '../negotiation/accept';
import type { NonResourceRoute } from './non-resource-routes';

/** `/api` and `/apis`, each plain or, where the client asks for it, aggregated; and every group and version below. */
export function discoveryRoutes(served: Served, serverAddress: string): readonly NonResourceRoute[] {
  const routes = [
    { path: '/api', handle: root(served, 'api', () => coreVersions(served, serverAddress)) },
    { path: '/apis', handle: root(served, 'apis', () => groupList(served)) },
    ...served.groups.flatMap(({ group, versions }) => groupRoutes(served, group, versions)),
  ];
  return routes.map((route) => ({ ...route, mayEndInSlash: true }));
}

function groupRoutes(served: Served, group: string, versions: readonly string[]): readonly NonResourceRoute[] {
  const base = group === '' ? '/api' : `/apis/${group}`;
  const documents = versions.map((version) => ({
    path: `${base}/${version}`,
    handle: document(() => resourceList(served, group, version)),
  }));
  return group === '' ? documents : [{ path: base, handle: document(() => apiGroup(served, group)) }, ...documents];
}

const AGGREGATED_TYPE = `application/json;g=${AGGREGATED_DISCOVERY.g};v=${AGGREGATED_DISCOVERY.v};as=${AGGREGATED_DISCOVERY.as}`;

function root(served: Served, name: 'api' | 'apis', plain: () => object): NonResourceRoute['handle'] {
  const aggregated = aggregatedDocument(() => aggregatedDiscovery(served, name));
  const unaggregated = document(plain);
  return (request) => (formOf(request, true) === 'aggregated' ? aggregated(request) : unaggregated(request));
}

/** @throws StatusError NotAcceptable (406) if the client takes neither the plain form nor, where there is one, the aggregated one */
function formOf(request: ApiRequest, canAggregate: boolean): 'plain' | 'aggregated' {
  const accept = headerOf(request, 'accept') ?? '';
  for (const { parameters, type } of accept === '' ? [] : clausesOf(accept)) {
    if (!canBeServed(type)) continue;
    const { as, g, v } = parameters;
    if (as === undefined && g === undefined && v === undefined) return 'plain';
    const { as: kind, g: group, v: version } = AGGREGATED_DISCOVERY;
    if (canAggregate && type === 'application/json' && as === kind && g === group && v === version) return 'aggregated';
  }
  if (accept === '') return 'plain';
  throw onlyAccepted();
}

/** Made when first asked for, and the same bytes from then on. */
function document(make: () => object | undefined): NonResourceRoute['handle'] {
  let response: ApiResponse | undefined;
  return async (request) => {
    formOf(request, false);
    return Promise.resolve((response ??= { status: 200, headers: { 'content-type': 'application/json' }, body: jsonBytes(make()) }));
  };
}

/** As {@link document}, and for clients to keep: they ask again whether it is still the same by its hash. */
function aggregatedDocument(make: () => object | undefined): (request: ApiRequest) => Promise<ApiResponse> {
  let made: { readonly body: Buffer; readonly headers: { etag: string; vary: string; 'cache-control': string } } | undefined;
  return (request) => {
    if (made === undefined) {
      const body = jsonBytes(make());
      const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
      made = { body, headers: { etag, vary: 'Accept', 'cache-control': 'public' } };
    }
    const { body, headers } = made;
    return Promise.resolve(
      headerOf(request, 'if-none-match') === headers.etag
        ? { status: 304, headers, body: Buffer.alloc(0) }
        : { status: 200, headers: { ...headers, 'content-type': AGGREGATED_TYPE }, body },
    );
  };
}

const jsonBytes = (value: object | undefined): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
