import { mkdir } from 'node:fs/promises';
import { systemClock } from '@keelson/apimachinery';
import { createLogger } from '@keelson/component-base';
import { ensurePki, ISSUER, readSettings, SERVICE_RANGE, simulatedPodRange, UserError, type ClusterFolder } from '@keelson/launcher';
import { startOneProcessCluster } from '@keelson/one-process';

/** The process that a cluster with `--one-process` is, until it gets a signal. @throws Error if a part of the cluster fails */
export async function runInOneProcess(folder: ClusterFolder): Promise<void> {
  const settings = await readSettings(folder);
  if (settings === undefined) throw new UserError(`there is no cluster in ${folder.home}`);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
  const log = createLogger({ name: 'cluster', format: 'text', verbosity: 0, stream: process.stderr, pid: process.pid, clock: systemClock });
  const storeFolder = folder.data('lmdb');
  await mkdir(storeFolder, { recursive: true, mode: 0o700 });
  const cluster = await startOneProcessCluster(
    {
      storeFolder,
      durable: true,
      pki: await ensurePki(folder, settings, systemClock),
      listen: { address: '0.0.0.0', port: settings.securePort },
      advertiseAddress: settings.advertiseAddress,
      nodes: settings.nodes,
      serviceRange: SERVICE_RANGE,
      podRange: simulatedPodRange(settings.nodes),
      issuer: ISSUER,
    },
    { clock: systemClock, random: Math.random, log, program: process },
  );
  log.info('Serving securely', { port: settings.securePort });
  await Promise.race([stopped, cluster.ended]);
  log.info('Shutting down');
  await cluster.stop();
}
