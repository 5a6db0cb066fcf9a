import { join } from 'node:path';
import { systemClock } from '@keelson/apimachinery';
import { createLogger } from '@keelson/component-base';
import {
  addonFolder,
  addonsOf,
  clusterPaths,
  CLUSTER_DNS_ADDRESS,
  CLUSTER_DOMAIN,
  daemonSpecs,
  identityOf,
  makeAddonFolders,
  provideAddon,
  readSettings,
  supervise,
  UserError,
  type ClusterFolder,
} from '@keelson/launcher';

/** The process that keeps a cluster's daemons running, until it gets a signal. */
export async function runSupervisor({
  environment,
  executables,
  folder,
}: {
  /** The folder of the daemons' executables. */
  readonly executables: string;
  readonly folder: ClusterFolder;
  readonly environment: NodeJS.ProcessEnv;
}): Promise<void> {
  const settings = await readSettings(folder);
  const self = identityOf(process.pid);
  if (settings === undefined || self === undefined) throw new UserError(`there is no cluster in ${folder.home}`);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const log = createLogger({ name: 'keelson', format: 'text', verbosity: 0, stream: process.stderr, pid: process.pid, clock: systemClock });
  const specs = daemonSpecs({ folder, settings, pki: clusterPaths(folder, settings) });
  const { signal } = stop;
  const values = { CLUSTER_DNS_ADDRESS, CLUSTER_DOMAIN };
  const addons = addonsOf(settings);
  const manifests = addonFolder(folder);
  await makeAddonFolders(manifests, addons);
  await Promise.all([
    supervise({ folder, specs, executables, environment, self, clock: systemClock, log, signal }).finally(() => stop.abort()),
    ...addons.map((name) =>
      provideAddon(name, { folder: manifests, dist: join(executables, '..'), values, clock: systemClock, log, signal }),
    ),
  ]);
}
