import { versionInfo, type HealthChecks } from '@keelson/component-base';
import type { Registry } from 'prom-client';
import { healthRoutes } from '../endpoints/health-routes';
import type { NonResourceRoute } from '../endpoints/non-resource-routes';
import { jsonResponse } from '../endpoints/resource-handlers';

export interface NonResourceDeps {
  readonly health: HealthChecks;
  readonly metrics: Registry;
}

/** Everything that is answered outside `/api` and `/apis`. */
export function nonResourceRoutes({ health, metrics }: NonResourceDeps): readonly NonResourceRoute[] {
  return [
    ...healthRoutes(health),
    { path: '/version', handle: () => Promise.resolve(jsonResponse(200, versionInfo(process))) },
    {
      path: '/metrics',
      handle: async () => ({ status: 200, headers: { 'content-type': metrics.contentType }, body: Buffer.from(await metrics.metrics()) }),
    },
  ];
}
