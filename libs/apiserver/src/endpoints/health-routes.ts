import type { HealthChecks, HealthEndpoint } from '@keelson/component-base';
import type { ApiRequest, ApiResponse } from '../http/api-request';
import type { NonResourceRoute } from './non-resource-routes';

const ENDPOINTS: readonly HealthEndpoint[] = ['healthz', 'livez', 'readyz'];

/** `/livez`, `/readyz` and `/healthz`, whole and by check, with upstream's `?verbose` and `?exclude=`. */
export function healthRoutes(health: HealthChecks): readonly NonResourceRoute[] {
  return ENDPOINTS.flatMap((endpoint) => [
    { path: `/${endpoint}`, handle: (request: ApiRequest) => answerAll(health, endpoint, request) },
    { path: `/${endpoint}/*`, handle: (request: ApiRequest) => answerOne(health, endpoint, request) },
  ]);
}

async function answerAll(health: HealthChecks, endpoint: HealthEndpoint, { query }: ApiRequest): Promise<ApiResponse> {
  const results = await health.run(endpoint, query.getAll('exclude'));
  const failed = results.some(({ problem }) => problem !== undefined);
  if (!failed && !query.has('verbose')) return text(200, 'ok');
  const lines = results.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
  const excluded = query.getAll('exclude').map((name) => `[+]${name} excluded: ok`);
  return text(failed ? 500 : 200, `${[...lines, ...excluded, `${endpoint} check ${failed ? 'failed' : 'passed'}`].join('\n')}\n`);
}

async function answerOne(health: HealthChecks, endpoint: HealthEndpoint, { path }: ApiRequest): Promise<ApiResponse> {
  const wanted = path.slice(endpoint.length + 2);
  const result = (await health.run(endpoint)).find(({ name }) => name === wanted);
  if (result === undefined) return text(404, '404 page not found\n');
  return result.problem === undefined ? text(200, 'ok') : text(500, `internal server error: ${result.problem}\n`);
}

function text(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, body: Buffer.from(body) };
}
