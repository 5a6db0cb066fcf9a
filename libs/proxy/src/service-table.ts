import type { Chain, ElementMap, Table } from '@keelson/netfilter';
import type { ServiceEndpoints } from './service-endpoints';

const SERVICE_KEY = 'ipv4_addr . inet_proto . inet_service';
const DESTINATION = 'ip daddr . meta l4proto . th dport';

/**
 * The table `ip kube-proxy`. A packet to a Service is looked up by address, protocol and port: `service-ips` tells how many endpoints
 * there are, and the chain for that number draws one out of `endpoints`. So there are as many chains as there are different numbers
 * of endpoints, and a change of one Service is a change of elements only. A Service without endpoints is rejected (ICMP port unreachable).
 */
export function serviceTable(services: readonly ServiceEndpoints[]): Table {
  const served = services.filter(({ endpoints }) => endpoints.length > 0);
  const unserved = services.filter(({ endpoints }) => endpoints.length === 0);
  return {
    family: 'ip',
    name: 'kube-proxy',
    chains: new Map([...FIXED_CHAINS, ...new Set(served.map(({ endpoints }) => endpoints.length)).values().map(drawingChain)]),
    maps: new Map([
      ['service-ips', verdictMap(served, ({ endpoints }) => `goto ${drawingChainName(endpoints.length)}`)],
      ['no-endpoint-services', verdictMap(unserved, () => 'goto reject-chain')],
      ['endpoints', endpointMap(served)],
    ]),
    sets: new Map([['hairpin-connections', { keyType: 'ipv4_addr . ipv4_addr', elements: hairpins(served) }]]),
  };
}

const base = (
  type: 'nat' | 'filter',
  hook: 'prerouting' | 'postrouting' | 'forward' | 'output',
  priority: number,
  rule: string,
): Chain => ({
  hook: { type, hook, priority },
  rules: [rule],
});

const REJECT_UNSERVED = `ct state new ${DESTINATION} vmap @no-endpoint-services`;

/** Rejecting comes before translation (-110 before -100), as upstream's. */
const FIXED_CHAINS: readonly (readonly [string, Chain])[] = [
  ['nat-prerouting', base('nat', 'prerouting', -100, 'jump services')],
  ['nat-output', base('nat', 'output', -100, 'jump services')],
  // An endpoint that reaches itself through its Service would otherwise see its own address as the sender's, and answer to itself.
  ['nat-postrouting', base('nat', 'postrouting', 100, 'ct status dnat ip saddr . ip daddr @hairpin-connections masquerade')],
  ['filter-forward', base('filter', 'forward', -110, REJECT_UNSERVED)],
  ['filter-output', base('filter', 'output', -110, REJECT_UNSERVED)],
  ['services', { rules: [`${DESTINATION} vmap @service-ips`] }],
  ['reject-chain', { rules: ['reject'] }],
];

function drawingChain(count: number): readonly [string, Chain] {
  return [drawingChainName(count), { rules: [`dnat ip to numgen random mod ${count.toString()} . ${DESTINATION} map @endpoints`] }];
}

function drawingChainName(count: number): string {
  return `one-of-${count.toString()}`;
}

function serviceKey({ clusterIP, protocol, port }: ServiceEndpoints): string {
  return `${clusterIP} . ${protocol} . ${port.toString()}`;
}

function verdictMap(services: readonly ServiceEndpoints[], verdict: (service: ServiceEndpoints) => string): ElementMap {
  return {
    keyType: SERVICE_KEY,
    valueType: 'verdict',
    elements: new Map(services.map((service) => [serviceKey(service), verdict(service)])),
  };
}

function endpointMap(services: readonly ServiceEndpoints[]): ElementMap {
  const elements = services.flatMap((service) =>
    service.endpoints.map(({ ip, port }, index): [string, string] => [
      `${index.toString()} . ${serviceKey(service)}`,
      `${ip} . ${port.toString()}`,
    ]),
  );
  return {
    keyType: `integer . ${SERVICE_KEY}`,
    valueType: 'ipv4_addr . inet_service',
    // Not `th dport`, which nft 1.0.6 can't read back from the kernel; a port is a port.
    typeof: 'numgen random mod 2 . ip daddr . meta l4proto . tcp dport : ip daddr . tcp dport',
    elements: new Map(elements),
  };
}

function hairpins(services: readonly ServiceEndpoints[]): Set<string> {
  return new Set(services.flatMap(({ endpoints }) => endpoints.map(({ ip }) => `${ip} . ${ip}`)));
}
