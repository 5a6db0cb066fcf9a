import type { SandboxConfig } from '../container-runtime';

/** The text of a pod's /etc/resolv.conf; see resolv.conf(5). */
export function resolvConf(dns: NonNullable<SandboxConfig['dns']>): string {
  return [
    ...dns.servers.map((server) => `nameserver ${server}\n`),
    ...(dns.searches.length === 0 ? [] : [`search ${dns.searches.join(' ')}\n`]),
    ...(dns.options.length === 0 ? [] : [`options ${dns.options.join(' ')}\n`]),
  ].join('');
}
