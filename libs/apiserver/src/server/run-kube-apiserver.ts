import { randomUUID } from 'node:crypto';
import { sleep, systemClock } from '@keelson/apimachinery';
import type { DaemonContext } from '@keelson/component-base';
import { startCompactor, type Store } from '@keelson/storage';
import { controlPlaneChecks } from '../component-status/control-plane-checks';
import type { ApiserverConfig } from './apiserver-config';
import { createApiserver } from './create-apiserver';

export interface KubeApiserverDeps extends DaemonContext {
  readonly openStore: () => Promise<Store>;
  /** Asks each member of the store; undefined if it has none that could be asked alone. */
  readonly storeMembers: readonly (() => Promise<void>)[] | undefined;
  readonly listen: { readonly address: string; readonly port: number };
  /** How long to go on serving after the signal. */
  readonly shutdownDelayMilliseconds: number;
  /** How much of the past the store keeps; 0 for all of it. */
  readonly compactionIntervalMilliseconds: number;
}

/** Requests under way get this long to end. */
const SHUTDOWN_GRACE_MILLISECONDS = 10_000;

/** kube-apiserver, whole: serves until the context's signal aborts, then ends in good order. @throws Error if it can't begin */
export async function runKubeApiserver(config: ApiserverConfig, deps: KubeApiserverDeps): Promise<void> {
  const { log, signal } = deps;
  deps.health.add('shutdown', () => (signal.aborted ? Promise.reject(new Error('process is shutting down')) : undefined), ['readyz']);
  const store = await deps.openStore();
  try {
    const apiserver = await createApiserver(config, {
      ...deps,
      store,
      clock: systemClock,
      random: Math.random,
      newUid: randomUUID,
      components: controlPlaneChecks(deps.storeMembers ?? [() => store.check()]),
    });
    const port = await apiserver.server.listen(deps.listen.port, deps.listen.address);
    compact(store, deps);
    log.info('Serving securely', { address: deps.listen.address, port });
    await untilAborted(signal);
    if (deps.shutdownDelayMilliseconds > 0) await sleep(systemClock, deps.shutdownDelayMilliseconds);
    log.info('Shutting down');
    await apiserver.close(SHUTDOWN_GRACE_MILLISECONDS);
  } finally {
    await store.close();
  }
}

function compact(store: Store, { compactionIntervalMilliseconds, log, signal }: KubeApiserverDeps): void {
  if (compactionIntervalMilliseconds === 0) return;
  const onError = (error: unknown): void => log.warn('The store could not be compacted', { error });
  startCompactor({ store, clock: systemClock, signal, intervalMilliseconds: compactionIntervalMilliseconds, onError });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
