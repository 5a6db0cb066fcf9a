import { isIP } from 'node:net';

/**
 * The servers that a resolv.conf(5) names, in its order, without those for which `isSelf` holds: to forward to oneself would never end.
 * A zone (`fe80::1%eth0`) stays.
 */
export function upstreamServers(resolvConf: string, isSelf: (address: string) => boolean): readonly string[] {
  const servers = resolvConf.split('\n').flatMap((line) => {
    const [, address] = /^\s*nameserver\s+(\S+)/.exec(line) ?? [];
    return address !== undefined && isIP(address) !== 0 ? [address] : [];
  });
  return [...new Set(servers)].filter((address) => !isSelf(address));
}
