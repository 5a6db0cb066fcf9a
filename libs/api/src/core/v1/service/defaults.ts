import type { Service } from '../../../generated/core/v1';
import { elementsOf, ensure } from '../../../presence';
import { isExternallyAccessible } from './type';

/** As kube-proxy keeps a client at its endpoint: three hours. */
const AFFINITY_SECONDS = 10_800;

export function defaultService(service: Service): void {
  const spec = ensure(service, 'spec', {});
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined)
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  spec.type ??= 'ClusterIP';
  for (const port of elementsOf(spec.ports)) {
    port.protocol ??= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of elementsOf(service.status?.loadBalancer?.ingress))
    if (ingress.ip !== undefined && ingress.ip !== '') ingress.ipMode ??= 'VIP';
}
