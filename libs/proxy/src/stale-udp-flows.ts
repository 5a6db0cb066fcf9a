import { frontendsOf } from './frontend';
import type { ProxiedPort } from './proxied-ports';

/** A UDP flow that connection tracking knows: where the client sent to, and who answers. */
export interface UdpFlow {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly answerer: string;
  readonly answererPort: number;
}

/** The endpoints that may answer for a UDP destination, by the destination's key in the table (`10.96.0.10 . udp . 53`, `udp . 30053`). */
export type UdpEndpoints = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What UDP flows may lead to. Policies don't count: a flow to any endpoint that serves may stay, as a TCP connection would. A Service without one
 * isn't in the map: its flows go on to an endpoint that is perhaps just ending, and packets of new ones are refused.
 */
export function udpEndpoints(ports: readonly ProxiedPort[]): UdpEndpoints {
  const udp = ports.filter(({ protocol, endpoints }) => protocol === 'udp' && endpoints.serving.length > 0);
  return new Map(
    udp.flatMap((port) => {
      const serving = new Set(port.endpoints.serving.map((endpoint) => `${endpoint.ip}:${endpoint.port}`));
      return frontendsOf(port).map(({ key }): [string, ReadonlySet<string>] => [key, serving]);
    }),
  );
}

/**
 * The flows that must go: those to a Service whose answerer isn't an endpoint of it any more, or never was, because the flow began before the rules were there.
 * UDP has no end of connection; a client that keeps its port would follow such a flow for ever.
 */
export function staleFlows(flows: readonly UdpFlow[], endpoints: UdpEndpoints): readonly UdpFlow[] {
  return flows.filter((flow) => {
    const serving = endpoints.get(`${flow.destination} . udp . ${flow.destinationPort}`) ?? endpoints.get(`udp . ${flow.destinationPort}`);
    return serving !== undefined && !serving.has(`${flow.answerer}:${flow.answererPort}`);
  });
}
