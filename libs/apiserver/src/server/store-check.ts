import type { Clock } from '@keelson/apimachinery';
import type { HealthCheck } from '@keelson/component-base';
import type { Store } from '@keelson/storage';

/** Upstream's `--etcd-healthcheck-timeout` and `--etcd-readycheck-timeout`. Shorter than who probes waits: a load balancer, a kubelet. */
const PATIENCE_MILLISECONDS = 2_000;

/** A health check of the store that fails, too, when there is no answer: a store that hangs is none. */
export function storeCheck(store: Pick<Store, 'check'>, clock: Clock): HealthCheck {
  return async () => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const error = new Error(`the store did not answer within ${PATIENCE_MILLISECONDS / 1_000} s`);
    const cancel = clock.setTimeout(() => reject(error), PATIENCE_MILLISECONDS);
    try {
      await Promise.race([store.check(), late]);
    } finally {
      cancel();
    }
  };
}
