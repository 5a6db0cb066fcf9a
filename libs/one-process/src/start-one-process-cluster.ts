import { randomUUID } from 'node:crypto';
import type { Clock } from '@keelson/apimachinery';
import { createApiserver, inProcessCheck, storeChecks, type Apiserver, type ApiserverDeps } from '@keelson/apiserver';
import type { ApiClient } from '@keelson/client';
import { createMetricsRegistry, HealthChecks, versionInfo, type Logger, type ProcessFigures } from '@keelson/component-base';
import { openLmdbStore, startCompactor, type Store } from '@keelson/storage';
import { apiserverConfig } from './apiserver-config';
import { clientOf, runControllerManager, runNodes, runScheduler, type MemberDeps } from './members';
import type { OneProcessOptions } from './one-process-options';

const COMPACTION_MILLISECONDS = 300_000;
/** Requests from outside get this long to end. */
const GRACE_MILLISECONDS = 2_000;

export interface OneProcessDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** For metrics and `/version`; `process` fits. */
  readonly program: ProcessFigures & { readonly version: string; readonly platform: string; readonly arch: string };
}

/** A cluster that runs in this process. */
export interface OneProcessCluster {
  /** May do everything; ends with the cluster. */
  readonly admin: ApiClient;
  /** Rejects when a part of the cluster has failed, after the others were stopped; resolves after {@link stop}. */
  readonly ended: Promise<void>;
  /** Ends everything in order: who writes before who serves, and the store last. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts an API server with an embedded store, the controllers, the scheduler and simulated nodes in this process. They talk through the API
 * server's request handler, without sockets; others reach it by TLS. Resolves when it serves.
 * @throws Error if the port is taken, a file of the PKI can't be read, or the store is open elsewhere
 */
export async function startOneProcessCluster(options: OneProcessOptions, deps: OneProcessDeps): Promise<OneProcessCluster> {
  const store = await openLmdbStore({ path: options.storeFolder, sync: options.durable ? 'durable' : 'none' });
  const healthOf = { controllerManager: new HealthChecks(), scheduler: new HealthChecks() };
  const components = new Map([
    ['controller-manager', inProcessCheck(healthOf.controllerManager)],
    ['scheduler', inProcessCheck(healthOf.scheduler)],
    ...storeChecks([() => store.check()]),
  ]);
  const apiserver = await serve(options, { store, components }, deps).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const stop = new AbortController();
  compact(store, deps, stop.signal);
  const admin = clientOf({ commonName: 'kubernetes-admin', organizations: ['system:masters'] }, { ...deps, ...apiserver, name: 'keelson' });
  const member = (name: string, health = new HealthChecks()): MemberDeps => ({
    ...deps,
    log: deps.log.with({ component: name }),
    server: apiserver.server,
    metrics: createMetricsRegistry(deps.program, versionInfo(deps.program)),
    version: versionInfo(deps.program),
    health,
    signal: stop.signal,
  });
  const members = [
    runControllerManager(options, member('kube-controller-manager', healthOf.controllerManager)),
    runScheduler(member('kube-scheduler', healthOf.scheduler)),
    ...(options.nodes === 0 ? [] : [runNodes(options, member('kubelet'))]),
  ];
  const ended = live(members, stop, async () => {
    await admin.transport.close();
    await apiserver.close(GRACE_MILLISECONDS);
    await store.close();
  });
  // Who only stops the cluster hears of a failure there.
  ended.catch(() => undefined);
  return {
    admin,
    ended,
    stop() {
      stop.abort();
      return ended;
    },
  };
}

/** Waits for the first member that ends, which is to be because all are stopped, then for the others. */
async function live(members: readonly Promise<void>[], stop: AbortController, close: () => Promise<void>): Promise<void> {
  const first = await Promise.race(members).then(
    () => new Error('a part of the cluster has ended by itself'),
    (error: unknown) => error,
  );
  // Who is stopped while it begins says so by failing; that is not the cluster's failure.
  const isFailure = !stop.signal.aborted;
  stop.abort();
  await Promise.allSettled(members);
  await close();
  if (isFailure) throw first;
}

async function serve(
  options: OneProcessOptions,
  parts: Pick<ApiserverDeps, 'store' | 'components'>,
  { clock, log, program, random }: OneProcessDeps,
): Promise<Apiserver> {
  const health = new HealthChecks();
  health.add('ping', () => undefined);
  const apiserver = await createApiserver(await apiserverConfig(options), {
    ...parts,
    clock,
    random,
    newUid: randomUUID,
    log: log.with({ component: 'kube-apiserver' }),
    metrics: createMetricsRegistry(program, versionInfo(program)),
    version: versionInfo(program),
    health,
  });
  try {
    await apiserver.server.listen(options.listen.port, options.listen.address);
    return apiserver;
  } catch (error) {
    await apiserver.close(0);
    throw error;
  }
}

function compact(store: Store, { clock, log }: OneProcessDeps, signal: AbortSignal): void {
  const onError = (error: unknown): void => log.warn('The store could not be compacted', { error });
  startCompactor({ store, clock, signal, intervalMilliseconds: COMPACTION_MILLISECONDS, onError });
}
