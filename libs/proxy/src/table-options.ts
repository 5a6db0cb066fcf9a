/** What the table depends on besides Services and their endpoints. */
export interface TableOptions {
  /** A match for sources that are pods of the cluster (`ip saddr 10.244.0.0/16`); undefined if that can't be told. */
  readonly isLocalSource: string | undefined;
  /** A match for all other sources; undefined if that can't be told. */
  readonly isForeignSource: string | undefined;
  /** A statement that has postrouting masquerade the packet. */
  readonly markForMasquerade: string;
  /** Postrouting's rule for packets so marked; it takes the mark off. */
  readonly masqueradeMarked: string;
  /** Whether everything that goes to a cluster IP is masqueraded. */
  readonly masqueradeAll: boolean;
  /** Matches for the addresses on which node ports are open; a packet needs one of them. */
  readonly nodePortDestinations: readonly string[];
  /** Networks out of which cluster IPs are given. */
  readonly serviceCIDRs: readonly string[];
  /** Addresses of this machine's nodes. */
  readonly nodeIPs: readonly string[];
  /** A match for connections from pod to pod whose answers don't pass this machine's connection tracking; undefined if all do. */
  readonly untrackedAnswers: string | undefined;
}

export interface TableFacts {
  /** `--cluster-cidr`; undefined if pods are not told from others. */
  readonly clusterCIDR: string | undefined;
  /** `--iptables-masquerade-bit`, 0 to 31. */
  readonly masqueradeBit: number;
  readonly masqueradeAll: boolean;
  /** `--nodeport-addresses`: networks or `primary`; all addresses if empty. */
  readonly nodePortAddresses: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeIPs: readonly string[];
  /** Whether frames between two ports of a bridge pass connection tracking (`bridge-nf-call-iptables`). */
  readonly bridgesAreTracked: boolean;
}

/** Puts facts into nft's words. */
export function tableOptions(facts: TableFacts): TableOptions {
  const { clusterCIDR: pods, masqueradeAll, serviceCIDRs, nodeIPs } = facts;
  const mark = `0x${(2 ** facts.masqueradeBit).toString(16)}`;
  return {
    isLocalSource: pods === undefined ? undefined : `ip saddr ${pods}`,
    isForeignSource: pods === undefined ? undefined : `ip saddr != ${pods}`,
    markForMasquerade: `meta mark set meta mark or ${mark}`,
    masqueradeMarked: `meta mark and ${mark} != 0 meta mark set meta mark xor ${mark} masquerade fully-random`,
    masqueradeAll,
    nodePortDestinations: nodePortDestinations(facts),
    serviceCIDRs,
    nodeIPs,
    untrackedAnswers: pods === undefined || facts.bridgesAreTracked ? undefined : `ip saddr ${pods} ip daddr ${pods}`,
  };
}

/** As a match rather than a list of the machine's addresses, so that it holds for addresses that come later too. The loopback network has no node ports. */
function nodePortDestinations({ nodePortAddresses, nodeIPs }: TableFacts): readonly string[] {
  const networks = nodePortAddresses.flatMap((entry) => (entry === 'primary' ? nodeIPs : [entry]));
  const anyLocal = 'fib daddr type local ip daddr != 127.0.0.0/8';
  return nodePortAddresses.length === 0 ? [anyLocal] : networks.map((network) => `${anyLocal} ip daddr ${network}`);
}
