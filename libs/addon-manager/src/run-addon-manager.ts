import { serviceaccounts } from '@keelson/api';
import { sleep, type Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { DaemonContext, Logger } from '@keelson/component-base';
import type { AddonManagerConfig } from './addon-manager-flags';
import { addonMetrics } from './addon-metrics';
import { AddonReconciler } from './addon-reconciler';
import { resourceFinder, type FindResource } from './resource-finder';

export interface AddonManagerDeps extends Pick<DaemonContext, 'log' | 'metrics' | 'signal'> {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Calls back when something in the folder changes. @throws Error if that can't be had */
  readonly watchFolder: (folder: string, onChange: () => void, signal: AbortSignal) => Promise<void>;
  /** The server's own word if absent. */
  readonly finder?: (signal: AbortSignal) => FindResource;
}

/** Between two looks for the namespace's default service account, milliseconds; upstream's. */
const ACCOUNT_PERIOD = 500;

/** After a pass in which something failed: it may only have waited for something else, as a custom resource for its definition. */
const RETRY_PERIOD = 5_000;

/** A change of one file is rarely alone. */
const SETTLE_PERIOD = 200;

/** The addon manager's work: goes through the manifests now and then, and when they change, until the signal aborts. */
export async function runAddonManager(config: AddonManagerConfig, deps: AddonManagerDeps): Promise<void> {
  const { client, clock, log, metrics, signal } = deps;
  const { 'addon-path': folder, 'check-interval': interval } = config;
  const reconciler = new AddonReconciler({
    folder,
    client,
    finder: deps.finder ?? ((during) => resourceFinder(client, during)),
    alsoPruned: config['prune-allowlist'],
    clock,
    log,
    metrics: addonMetrics(metrics),
  });
  const alarm = new Alarm(clock);
  const watching = deps
    .watchFolder(folder, () => alarm.ring(), signal)
    .catch((error: unknown) => {
      log.warn('The folder can not be watched: changes are seen at the next check only', { folder, error });
    });
  await untilAccount(client, { clock, log, signal });
  while (!signal.aborted) {
    alarm.reset();
    const pass = await reconciler.pass(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return { failures: 0 };
    });
    const hasRung = await alarm.wait(pass.failures > 0 ? Math.min(interval, RETRY_PERIOD) : interval, signal);
    if (hasRung) await sleep(clock, SETTLE_PERIOD, signal);
  }
  await watching;
}

/** Pods of addons need the account, and whoever makes it can't be far behind. */
async function untilAccount(
  client: ApiClient,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await client.resource(serviceaccounts).get({ namespace: 'kube-system', name: 'default' }, { signal });
      return;
    } catch (error) {
      log.v(2, 'Waiting for the default service account of kube-system', { error });
    }
    await sleep(clock, ACCOUNT_PERIOD, signal);
  }
}

/** Cuts a wait short. Invariant: a ring between `reset` and `wait` is not lost. */
class Alarm {
  readonly #clock: Clock;
  #bell = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#bell.abort();
  }

  reset(): void {
    this.#bell = new AbortController();
  }

  /** @returns whether it rang */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const bell = this.#bell.signal;
    await sleep(this.#clock, milliseconds, AbortSignal.any([bell, signal]));
    return bell.aborted;
  }
}
