import { formatIp, parseCidr, systemClock } from '@keelson/apimachinery';
import { ensureClusterPki } from '@keelson/pki';
import type { PkiOptions } from './pki-command';

/** Prints what it wrote, so that who runs with older files can be restarted. */
export async function makePki(folder: string, options: PkiOptions): Promise<void> {
  const { written } = await ensureClusterPki(folder, {
    server: options.server,
    apiServerNames: options.name,
    apiServerAddresses: options.address,
    serviceAddress: firstAddress(options.serviceClusterIpRange),
    clusterDomain: options.clusterDomain,
    nodes: options.node,
    etcd: options.etcd.length > 0,
    etcdNames: options.etcd,
    clock: systemClock,
  });
  for (const path of written) process.stdout.write(`${path}\n`);
}

/** The `kubernetes` Service's. */
function firstAddress(range: string): string {
  const cidr = parseCidr(range);
  if (cidr === undefined) throw new Error(`--service-cluster-ip-range ${JSON.stringify(range)} is not a CIDR block`);
  return formatIp({ family: cidr.family, value: cidr.value + 1n });
}
