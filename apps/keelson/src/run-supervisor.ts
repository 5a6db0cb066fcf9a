import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '@keelson/apimachinery';
import { createLogger } from '@keelson/component-base';
import {
  addonFolder,
  addonsOf,
  clusterPaths,
  CLUSTER_DNS_ADDRESS,
  CLUSTER_DOMAIN,
  daemonSpecs,
  ensureAddons,
  identityOf,
  makeAddonFolders,
  processMark,
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
  const addons = addonsOf(settings);
  await makeAddonFolders(addonFolder(folder), addons);
  const addonsProcess = { executables, environment: { ...environment, ...processMark(folder.home, 'addons') }, folder, signal };
  await supervise({
    ...{ folder, specs, executables, environment, self, clock: systemClock, log, signal },
    alongside: async () => {
      if (addons.length > 0) await ensureAddons({ provide: () => runAddonsCommand(addonsProcess), clock: systemClock, log, signal });
    },
  });
}

/** In a process of its own, since this one stays, and a client of Docker and an image that went through it would leave tens of MB behind. */
async function runAddonsCommand({
  environment,
  executables,
  folder,
  signal,
}: {
  readonly environment: NodeJS.ProcessEnv;
  readonly executables: string;
  readonly folder: ClusterFolder;
  readonly signal: AbortSignal;
}): Promise<string> {
  const args = ['addons', addonFolder(folder), `--cluster-dns=${CLUSTER_DNS_ADDRESS}`, `--cluster-domain=${CLUSTER_DOMAIN}`];
  const { stdout } = await promisify(execFile)(join(executables, 'keelson'), args, { env: environment, signal });
  return stdout.trim();
}
