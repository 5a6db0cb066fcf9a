import type { DaemonContext } from '@keelson/component-base';
import { healthRoutes } from '../endpoints/health-routes';
import type { NonResourceRoute } from '../endpoints/non-resource-routes';
import { jsonResponse } from '../endpoints/resource-handlers';

export type NonResourceDeps = Pick<DaemonContext, 'health' | 'metrics' | 'version'>;

/** Everything that is answered outside `/api` and `/apis`. */
export function nonResourceRoutes({ health, metrics, version }: NonResourceDeps): readonly NonResourceRoute[] {
  return [
    ...healthRoutes(health),
    { path: '/version', mayEndInSlash: true, handle: () => Promise.resolve(jsonResponse(200, version)) },
    {
      path: '/metrics',
      handle: async () => ({ status: 200, headers: { 'content-type': metrics.contentType }, body: Buffer.from(await metrics.metrics()) }),
    },
  ];
}
