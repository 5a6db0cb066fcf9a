import { endpointslices, services } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { DaemonContext } from '@keelson/component-base';
import { dropManagedFields, InformerFactory } from '@keelson/controller-runtime';
import { TableWriter, type RunNft } from '@keelson/netfilter';
import { BoundedRunner } from './bounded-runner';
import { TABLE } from './clean-up';
import { serviceEndpoints } from './service-endpoints';
import { serviceTable } from './service-table';

export interface KubeProxyDeps extends Pick<DaemonContext, 'log' | 'health' | 'signal'> {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly nft: RunNft;
  /** The least milliseconds between two writes, and the most between two checks; upstream's 1 s and 30 s. */
  readonly minSyncPeriod: number;
  readonly syncPeriod: number;
}

/** kube-proxy's work: keeps the kernel's table as the Services and EndpointSlices tell, until the signal aborts. The table stays. */
export async function runKubeProxy({ client, clock, log, health, nft, signal, minSyncPeriod, syncPeriod }: KubeProxyDeps): Promise<void> {
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  const [serviceCache, sliceCache] = [informers.informer(services), informers.informer(endpointslices)];
  const writer = new TableWriter(nft, TABLE);
  let problem: Error | undefined = new Error('the rules have not been written yet');
  const sync = async (): Promise<void> => {
    try {
      const commands = await writer.apply(serviceTable(serviceEndpoints(serviceCache.list(), sliceCache.list())));
      problem = undefined;
      if (commands > 0) log.v(2, 'Wrote the rules', { commands });
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
      log.error('Could not write the rules', { error });
    }
  };
  health.add('sync', () => {
    if (problem !== undefined) throw problem;
  });
  const runner = new BoundedRunner({ run: sync, clock, minPeriod: minSyncPeriod, maxPeriod: syncPeriod });
  informers.start(signal);
  await Promise.all([serviceCache.synced, sliceCache.synced]);
  const undo = [serviceCache.subscribe(() => runner.request()), sliceCache.subscribe(() => runner.request())];
  runner.request();
  await informers.stopped();
  for (const unsubscribe of undo) unsubscribe();
  await runner.stop();
}
