import type { BaseHook, Chain, Table } from '@keelson/netfilter';
import { addFrontend } from './frontend-rules';
import { frontendsOf } from './frontend';
import type { ProxiedPort } from './proxied-ports';
import { DESTINATION, TableDraft } from './table-draft';
import type { TableOptions } from './table-options';

/**
 * The table `ip kube-proxy`. A packet to a Service is looked up by its destination: `service-ips` and `service-nodeports` tell the chain that
 * knows how many endpoints there are, and that draws one out of a map. So there are as many chains as there are different numbers of endpoints and
 * policies, and a change of one Service is a change of elements only; just session affinity has chains of its own. Maps and chains have upstream's names
 * (nftables proxier) where they do what upstream's do.
 */
export function serviceTable(ports: readonly ProxiedPort[], options: TableOptions): Table {
  const draft = new TableDraft();
  for (const port of ports) {
    draft.member('cluster-ips', port.clusterIP);
    for (const frontend of frontendsOf(port)) addFrontend(draft, frontend, options);
  }
  draft.chain('reject-chain', () => ['reject']);
  draft.chain('services', () => dispatchRules(options));
  draft.chain('cluster-ips-check', () => unknownClusterIPRules(options));
  return draft.table(baseChains(options));
}

function dispatchRules(options: TableOptions): readonly string[] {
  const { masqueradeAll, isForeignSource, markForMasquerade, nodePortDestinations } = options;
  const foreign = masqueradeAll ? '' : isForeignSource;
  return [
    // A route of the cluster IPs to this machine may lead others here; the answer must come back this way.
    ...(foreign === undefined ? [] : [`ip daddr @cluster-ips ${foreign} ${markForMasquerade}`]),
    `${DESTINATION.address.expression} vmap @service-ips`,
    ...nodePortDestinations.map((destination) => `${destination} ${DESTINATION.nodePort.expression} vmap @service-nodeports`),
  ];
}

/**
 * A cluster IP that is known has no such port. One that isn't may be a Service's of which this proxy hasn't heard yet: its packets are dropped, not let out, since connection
 * tracking would then remember the untranslated connection, and the client's retries would follow it.
 */
function unknownClusterIPRules({ serviceCIDRs }: TableOptions): readonly string[] {
  return ['ip daddr @cluster-ips reject', ...serviceCIDRs.map((cidr) => `ip daddr ${cidr} drop`)];
}

const REFUSE_SERVICES = `ct state new ${DESTINATION.address.expression} vmap @no-endpoint-services`;
const CHECK_CLUSTER_IPS = 'ct state new jump cluster-ips-check';
const FIREWALL = `ct state new ${DESTINATION.address.expression} vmap @firewall-ips`;

/** After the translation of destinations (-100), and before the rules of others (0), such as Docker's, which drop what they don't know. */
const REFUSING = -10;
/** Source ranges name the destination that the client saw, so they are checked before its translation. */
const BEFORE_NAT = -110;

function baseChains(options: TableOptions): readonly (readonly [string, Chain])[] {
  const { nodePortDestinations, masqueradeMarked, untrackedAnswers } = options;
  const refuseNodePorts = nodePortDestinations.map(
    (destination) => `ct state new ${destination} ${DESTINATION.nodePort.expression} vmap @no-endpoint-nodeports`,
  );
  return [
    base({ type: 'filter', hook: 'prerouting', priority: BEFORE_NAT }, [FIREWALL]),
    base({ type: 'filter', hook: 'output', priority: BEFORE_NAT }, [FIREWALL], 'filter-output-pre-dnat'),
    base({ type: 'nat', hook: 'prerouting', priority: -100 }, ['jump services']),
    base({ type: 'nat', hook: 'output', priority: -100 }, ['jump services']),
    base({ type: 'nat', hook: 'postrouting', priority: 100 }, [
      masqueradeMarked,
      // An endpoint that reaches itself through its Service would otherwise see its own address as the sender's, and answer to itself.
      'ct status dnat ip saddr . ip daddr @hairpin-connections masquerade fully-random',
      ...(untrackedAnswers === undefined ? [] : [`ct status dnat ${untrackedAnswers} masquerade fully-random`]),
    ]),
    base({ type: 'filter', hook: 'input', priority: REFUSING }, [...refuseNodePorts, REFUSE_SERVICES]),
    base({ type: 'filter', hook: 'forward', priority: REFUSING }, [REFUSE_SERVICES, CHECK_CLUSTER_IPS]),
    base({ type: 'filter', hook: 'output', priority: REFUSING }, [REFUSE_SERVICES, CHECK_CLUSTER_IPS]),
  ];
}

function base(hook: BaseHook, rules: readonly string[], name = `${hook.type}-${hook.hook}`): readonly [string, Chain] {
  return [name, { hook, rules }];
}
