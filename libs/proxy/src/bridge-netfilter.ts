import { readFile } from 'node:fs/promises';

const SETTING = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** Whether frames between two ports of a bridge pass connection tracking. False too where the kernel has no br_netfilter. */
export async function bridgesAreTracked(): Promise<boolean> {
  try {
    return (await readFile(SETTING, 'utf8')).trim() === '1';
  } catch {
    return false;
  }
}
