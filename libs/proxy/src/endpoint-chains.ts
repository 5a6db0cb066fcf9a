import { createHash } from 'node:crypto';
import type { Endpoint } from './endpoint-choice';
import type { Frontend } from './frontend';
import type { ProxiedPort } from './proxied-ports';
import type { EndpointMap, TableDraft } from './table-draft';

/** Which of a frontend's endpoints a chain leads to. Each has maps of its own, because a frontend may need both. */
export type Pool = 'main' | 'local';

/**
 * Adds the chain that takes connections to the frontend to one of `endpoints`. @returns its name
 */
export function endpointChain(draft: TableDraft, frontend: Frontend, pool: Pool, endpoints: readonly Endpoint[]): string {
  for (const { ip } of endpoints) draft.member('hairpin-connections', `${ip} . ${ip}`);
  const { affinitySeconds } = frontend.port;
  if (affinitySeconds !== undefined) return affineChain(draft, { port: frontend.port, pool, endpoints, affinitySeconds });
  const map = endpointMap(frontend, pool);
  for (const [index, { ip, port }] of endpoints.entries()) draft.endpoint(map, `${index} . ${frontend.portKey}`, `${ip} . ${port}`);
  return drawingChain(draft, { map, protocol: frontend.port.protocol, count: endpoints.length });
}

/**
 * Each protocol has maps of its own, since nft (1.0.6) takes a map declared by expressions for one of the protocol in them, and matches just that: a
 * map of all protocols would serve TCP only.
 */
function endpointMap({ kind, port: { protocol } }: Frontend, pool: Pool): EndpointMap {
  const name = `${protocol}${kind === 'nodePort' ? '-nodeport' : ''}${pool === 'local' ? '-local' : ''}-endpoints`;
  if (kind === 'nodePort') return { name, keyType: 'inet_service', key: `${protocol} dport` };
  return { name, keyType: 'ipv4_addr . inet_service', key: `ip daddr . ${protocol} dport` };
}

/** Shared by all frontends with so many endpoints, so that a change of one Service is a change of elements only. */
function drawingChain(draft: TableDraft, drawing: { map: EndpointMap; protocol: string; count: number }): string {
  const { map, protocol, count } = drawing;
  return draft.chain(`one-of-${count}-${map.name}`, () => [
    `meta l4proto ${protocol} dnat ip to numgen random mod ${count} . ${map.key} map @${map.name}`,
  ]);
}

interface Affinity {
  readonly port: ProxiedPort;
  readonly pool: Pool;
  readonly endpoints: readonly Endpoint[];
  readonly affinitySeconds: number;
}

/**
 * Session affinity needs a chain for each Service and one for each endpoint, for the kernel must note who went where: each endpoint has a set of
 * its clients, in which each new connection renews its client. An endpoint that goes takes its set with it.
 */
function affineChain(draft: TableDraft, { port, pool, endpoints, affinitySeconds }: Affinity): string {
  const chains = endpoints.map((endpoint) => {
    const name = nameOf(port, `__${endpoint.ip}/${endpoint.port}/${affinitySeconds}`);
    const clients = draft.affinitySet(`affinity-${name}`, affinitySeconds);
    const chain = draft.chain(`endpoint-${name}`, () => [
      `update @${clients} { ip saddr }`,
      `meta l4proto ${port.protocol} dnat to ${endpoint.ip}:${endpoint.port}`,
    ]);
    return { clients, chain };
  });
  const drawn = chains.map(({ chain }, index) => `${index} : goto ${chain}`).join(', ');
  return draft.chain(`${pool === 'local' ? 'local-service' : 'service'}-${nameOf(port)}`, () => [
    ...chains.map(({ clients, chain }) => `ip saddr @${clients} goto ${chain}`),
    `numgen random mod ${chains.length} vmap { ${drawn} }`,
  ]);
}

/** Readable, and by the hash in front distinct even where two Services' names run together. */
function nameOf({ service, portName, protocol }: ProxiedPort, suffix = ''): string {
  const name = `${service.namespace}/${service.name}/${protocol}/${portName}${suffix}`;
  return `${createHash('sha256').update(name).digest('hex').slice(0, 8)}-${name}`;
}
