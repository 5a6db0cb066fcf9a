import type { ProxiedPort } from './proxied-ports';

/** One destination by which clients reach a port of a Service. */
export interface Frontend {
  readonly port: ProxiedPort;
  /** `address`: one address and port; `nodePort`: a port of every address of the machine. They are looked up in different maps. */
  readonly kind: 'address' | 'nodePort';
  /** Its key in the maps of all protocols: `10.96.0.1 . tcp . 443`, or `tcp . 30443`. */
  readonly key: string;
  /** Its key in the maps of its protocol: `10.96.0.1 . 443`, or `30443`. */
  readonly portKey: string;
  /** Whether the external traffic policy holds here, or the internal one. */
  readonly isExternal: boolean;
  /** Whether `loadBalancerSourceRanges` hold here. */
  readonly isLoadBalancer: boolean;
}

/** All destinations of a port. */
export function frontendsOf(port: ProxiedPort): readonly Frontend[] {
  const at = (ip: string, kind: { isExternal: boolean; isLoadBalancer: boolean }): Frontend => ({
    port,
    kind: 'address',
    key: `${ip} . ${port.protocol} . ${port.port}`,
    portKey: `${ip} . ${port.port}`,
    ...kind,
  });
  const frontends = [
    at(port.clusterIP, { isExternal: false, isLoadBalancer: false }),
    ...port.externalIPs.map((ip) => at(ip, { isExternal: true, isLoadBalancer: false })),
    ...port.loadBalancerIPs.map((ip) => at(ip, { isExternal: true, isLoadBalancer: true })),
  ];
  if (port.nodePort === undefined) return frontends;
  const portKey = String(port.nodePort);
  const key = `${port.protocol} . ${portKey}`;
  return [...frontends, { port, kind: 'nodePort', key, portKey, isExternal: true, isLoadBalancer: false }];
}
