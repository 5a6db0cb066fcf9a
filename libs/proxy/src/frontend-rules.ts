import { createHash } from 'node:crypto';
import { cidrContains, parseCidr, parseIp } from '@keelson/apimachinery';
import { endpointChain } from './endpoint-chains';
import type { Frontend } from './frontend';
import type { TableDraft } from './table-draft';
import type { TableOptions } from './table-options';

const MAPS = {
  address: { dispatch: 'service-ips', refuse: 'no-endpoint-services' },
  nodePort: { dispatch: 'service-nodeports', refuse: 'no-endpoint-nodeports' },
} as const;

/**
 * Adds what makes a frontend work. One without any endpoint in the cluster is rejected (ICMP port unreachable); one whose policy is Local, with endpoints on
 * other machines only, is dropped, so that a load balancer takes another node rather than telling its client that nobody is there.
 */
export function addFrontend(draft: TableDraft, frontend: Frontend, options: TableOptions): void {
  const { key, port, isExternal } = frontend;
  const { cluster, local } = port.endpoints;
  const maps = MAPS[frontend.kind];
  if (frontend.isLoadBalancer && port.sourceRanges !== undefined) addFirewall(draft, frontend, port.sourceRanges, options);
  if (cluster.length === 0) return draft.verdict(maps.refuse, key, 'goto reject-chain');
  const onlyLocal = isExternal ? port.externalPolicyLocal : port.internalPolicyLocal;
  if (onlyLocal && local.length === 0) draft.verdict(maps.refuse, key, 'drop');
  if (isExternal) return draft.verdict(maps.dispatch, key, `goto ${externalChain(draft, frontend, options)}`);
  const endpoints = onlyLocal ? local : cluster;
  const pool = onlyLocal ? 'local' : 'main';
  if (endpoints.length > 0) draft.verdict(maps.dispatch, key, `goto ${endpointChain(draft, frontend, pool, endpoints)}`);
}

/**
 * What comes from outside goes to any endpoint, and then under the machine's own address, lest the answer take another way back; or, with the policy Local,
 * to an endpoint on this machine and under its own address. The policy doesn't bind the machine itself and its pods, which are no external traffic.
 */
function externalChain(draft: TableDraft, frontend: Frontend, { isLocalSource, markForMasquerade }: TableOptions): string {
  const { cluster, local } = frontend.port.endpoints;
  const anywhere = endpointChain(draft, frontend, 'main', cluster);
  if (!frontend.port.externalPolicyLocal) return draft.chain(`masquerade-${anywhere}`, () => [markForMasquerade, `goto ${anywhere}`]);
  const here = local.length === 0 ? undefined : endpointChain(draft, frontend, 'local', local);
  return draft.chain(`external-${here ?? 'none'}-else-${anywhere}`, () => [
    ...(isLocalSource === undefined ? [] : [`${isLocalSource} goto ${anywhere}`]),
    `fib saddr type local ${markForMasquerade}`,
    `fib saddr type local goto ${anywhere}`,
    ...(here === undefined ? [] : [`goto ${here}`]),
  ]);
}

/**
 * Services with the same ranges share a chain. A machine that has the load balancer's address itself sends from that; it may, if one of its own
 * addresses may.
 */
function addFirewall(draft: TableDraft, frontend: Frontend, ranges: readonly string[], { nodeIPs }: TableOptions): void {
  const ownAddress = ranges.some((range) => nodeIPs.some((ip) => contains(range, ip))) ? frontend.port.loadBalancerIPs : [];
  const sources = [...ranges, ...ownAddress];
  const hash = createHash('sha256').update(sources.join(' ')).digest('hex').slice(0, 16);
  const chain = draft.chain(`firewall-${hash}`, () => [...sources.map((source) => `ip saddr ${source} return`), 'drop']);
  draft.verdict('firewall-ips', frontend.key, `goto ${chain}`);
}

function contains(range: string, address: string): boolean {
  const [cidr, ip] = [parseCidr(range), parseIp(address)];
  return cidr !== undefined && ip !== undefined && cidrContains(cidr, ip);
}
