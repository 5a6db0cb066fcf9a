import type { HealthChecks } from '@keelson/component-base';

/** What one asks of a component; the parts of a `ComponentCondition` of type Healthy. */
export interface ComponentHealth {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly message?: string;
  readonly error?: string;
}

/** Finds out how a component is. Never rejects: that nothing can be found out is an answer, too. */
export type ComponentCheck = () => Promise<ComponentHealth>;

/** The store, or one member of it: well if `check` resolves. */
export function storeCheck(check: () => Promise<void>): ComponentCheck {
  return async () => {
    try {
      await check();
      return { status: 'True', message: 'ok' };
    } catch (error) {
      return { status: 'False', error: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** A component of this same process, which has no port: asked as its `/healthz` would be. */
export function inProcessCheck(health: HealthChecks): ComponentCheck {
  return async () => {
    const failed = (await health.run('healthz')).some(({ problem }) => problem !== undefined);
    return failed ? { status: 'False', message: failedWith(500) } : { status: 'True', message: 'ok' };
  };
}

/** As upstream's prober words an answer that is none of success. */
export const failedWith = (statusCode: number): string => `HTTP probe failed with statuscode: ${statusCode}`;
