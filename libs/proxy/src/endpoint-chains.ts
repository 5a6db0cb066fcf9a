import { createHash } from 'node:crypto';
import type { Endpoint } from './endpoint-choice';
import type { Frontend } from './frontend';
import type { ProxiedPort } from './proxied-ports';
import { DESTINATION, type MapName, type TableDraft } from './table-draft';

/** Which of a frontend's endpoints a chain leads to. Each has maps of its own, because a frontend may need both. */
export type Pool = 'main' | 'local';

/**
 * Adds the chain that takes connections to the frontend to one of `endpoints`. @returns its name
 */
export function endpointChain(draft: TableDraft, frontend: Frontend, pool: Pool, endpoints: readonly Endpoint[]): string {
  for (const { ip } of endpoints) draft.member('hairpin-connections', `${ip} . ${ip}`);
  const { affinitySeconds } = frontend.port;
  if (affinitySeconds !== undefined) return affineChain(draft, { port: frontend.port, pool, endpoints, affinitySeconds });
  const map = mapOf(frontend, pool);
  for (const [index, { ip, port }] of endpoints.entries()) draft.element(map, `${index} . ${frontend.key}`, `${ip} . ${port}`);
  return drawingChain(draft, { map, destination: DESTINATION[frontend.kind].expression, count: endpoints.length });
}

function mapOf({ kind }: Frontend, pool: Pool): MapName {
  if (kind === 'nodePort') return pool === 'local' ? 'nodeport-local-endpoints' : 'nodeport-endpoints';
  return pool === 'local' ? 'local-endpoints' : 'endpoints';
}

/** Shared by all frontends with so many endpoints, so that a change of one Service is a change of elements only. */
function drawingChain(draft: TableDraft, drawing: { map: MapName; destination: string; count: number }): string {
  const { map, destination, count } = drawing;
  return draft.chain(`one-of-${count}-${map}`, () => [`dnat ip to numgen random mod ${count} . ${destination} map @${map}`]);
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
