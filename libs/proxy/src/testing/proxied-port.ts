import type { EndpointChoice } from '../endpoint-choice';
import type { ProxiedPort } from '../proxied-ports';
import { tableOptions, type TableFacts, type TableOptions } from '../table-options';

/** A port 80 of a Service `shop/web` on 10.96.0.7, as a test changes it. `ips` serve it on port 8080, `local` of them on this machine. */
export function proxiedPort(
  { ips, local = ips }: { readonly ips: readonly string[]; readonly local?: readonly string[] },
  changes: Partial<ProxiedPort> = {},
): ProxiedPort {
  return {
    service: { namespace: 'shop', name: 'web' },
    portName: 'http',
    protocol: 'tcp',
    clusterIP: '10.96.0.7',
    port: 80,
    nodePort: undefined,
    externalIPs: [],
    loadBalancerIPs: [],
    sourceRanges: undefined,
    affinitySeconds: undefined,
    internalPolicyLocal: false,
    externalPolicyLocal: false,
    healthCheckNodePort: undefined,
    endpoints: choiceOf(ips, local),
    ...changes,
  };
}

/** Options of a machine whose pods are 10.244.0.0/16, as a test changes them. */
export function testTableOptions(changes: Partial<TableFacts> = {}): TableOptions {
  return tableOptions({
    clusterCIDR: '10.244.0.0/16',
    masqueradeBit: 14,
    masqueradeAll: false,
    nodePortAddresses: [],
    serviceCIDRs: [],
    nodeIPs: [],
    bridgesAreTracked: true,
    ...changes,
  });
}

function choiceOf(ips: readonly string[], local: readonly string[]): EndpointChoice {
  const at = (addresses: readonly string[]) => addresses.map((ip) => ({ ip, port: 8080 }));
  return { cluster: at(ips), local: at(local), serving: at(ips), readyLocal: at(local) };
}
