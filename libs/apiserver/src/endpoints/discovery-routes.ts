import {
  apiGroup,
  aggregatedDiscovery,
  AGGREGATED_DISCOVERY,
  coreVersions,
  groupList,
  resourceList,
  type Served,
} from '@keelson/api/server';
import type { ApiRequest, ApiResponse } from '../http/api-request';
import type { NonResourceRoute } from './non-resource-routes';
import { headerOf } from './write-request';

/** `/api` and `/apis`, each plain or, where the client asks for it, aggregated; and every group and version below. */
export function discoveryRoutes(served: Served, serverAddress: string): readonly NonResourceRoute[] {
  return [
    { path: '/api', handle: root(served, 'api', () => coreVersions(served, serverAddress)) },
    { path: '/apis', handle: root(served, 'apis', () => groupList(served)) },
    ...served.groups.flatMap(({ group, versions }) => groupRoutes(served, group, versions)),
  ];
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
  const aggregated = document(() => aggregatedDiscovery(served, name), AGGREGATED_TYPE);
  const unaggregated = document(plain);
  return (request) => (wantsAggregated(request) ? aggregated(request) : unaggregated(request));
}

function wantsAggregated(request: ApiRequest): boolean {
  const clauses = (headerOf(request, 'accept') ?? '').split(',').map((clause) => new Set(clause.split(';').map((part) => part.trim())));
  const isAggregated = (clause: ReadonlySet<string>): boolean =>
    clause.has('application/json') &&
    clause.has(`g=${AGGREGATED_DISCOVERY.g}`) &&
    clause.has(`v=${AGGREGATED_DISCOVERY.v}`) &&
    clause.has(`as=${AGGREGATED_DISCOVERY.as}`);
  return clauses.some(isAggregated);
}

/** Made when first asked for, and the same bytes from then on. */
function document(make: () => object | undefined, contentType = 'application/json'): NonResourceRoute['handle'] {
  let response: ApiResponse | undefined;
  const answer = (): ApiResponse => ({
    status: 200,
    headers: { 'content-type': contentType, vary: 'Accept' },
    body: Buffer.from(`${JSON.stringify(make())}\n`),
  });
  return () => Promise.resolve((response ??= answer()));
}
