import { ensureAddonImage, makeAddonFolders, writeManifests } from '@keelson/launcher';
import type { AddonsOptions } from './addons-command';

const DNS = 'cluster-dns';

/** Prints the reference of the image. @throws RuntimeUnavailable if it is to be made here, and there is no Docker */
export async function provideAddons(folder: string, dist: string, { clusterDns, clusterDomain, dnsImage }: AddonsOptions): Promise<void> {
  const image = dnsImage ?? (await ensureAddonImage(DNS, dist)).image;
  await makeAddonFolders(folder, [DNS]);
  await writeManifests(DNS, { folder, dist, image, values: { CLUSTER_DNS_ADDRESS: clusterDns, CLUSTER_DOMAIN: clusterDomain } });
  process.stdout.write(`${image}\n`);
}
