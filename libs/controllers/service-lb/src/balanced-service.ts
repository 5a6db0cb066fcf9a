import type { DeepReadonly, Service } from '@keelson/api';

type ReadonlyService = DeepReadonly<Service>;

export const CLEANUP_FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';

/** A Service with a class of load balancers has them from whoever that class is of. */
export function wantsLoadBalancer({ spec }: ReadonlyService): boolean {
  return spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;
}

export const hasFinalizer = ({ metadata }: ReadonlyService): boolean => (metadata.finalizers ?? []).includes(CLEANUP_FINALIZER);

/** It has, or may have, a load balancer that it must not have any more. */
export function needsCleanup(service: ReadonlyService): boolean {
  return hasFinalizer(service) && (service.metadata.deletionTimestamp !== undefined || service.spec.type !== 'LoadBalancer');
}

/** The same for Services between which a load balancer makes no difference; what its status says is the load balancer's own word. */
export function fingerprintOfService({ metadata, spec }: ReadonlyService): string {
  const { externalIPs, externalTrafficPolicy, healthCheckNodePort, ipFamilies, loadBalancerIP, loadBalancerSourceRanges, ports } = spec;
  const { sessionAffinity, sessionAffinityConfig } = spec;
  return JSON.stringify([
    metadata.uid,
    Object.entries(metadata.annotations ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    (ports ?? []).map(({ appProtocol, name, nodePort, port, protocol, targetPort }) => [
      name,
      protocol,
      port,
      targetPort,
      nodePort,
      appProtocol,
    ]),
    { sessionAffinity, sessionAffinityConfig, loadBalancerSourceRanges, loadBalancerIP, externalIPs },
    { externalTrafficPolicy, healthCheckNodePort, families: ipFamilies?.length },
  ]);
}
