import type { DeepReadonly } from '@keelson/apimachinery';
import type { Service } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

type Subject = DeepReadonly<Pick<Service, 'spec'>>;

/** A Service without an address of its own: its name resolves to its pods. */
export function isHeadless({ spec }: Subject): boolean {
  return listOf(spec.clusterIPs).length === 1 && spec.clusterIPs?.[0] === 'None';
}

export const needsClusterIp = ({ spec }: Subject): boolean => spec.type !== 'ExternalName';

export const needsNodePort = ({ spec }: Subject): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** Whether a node port answers which nodes have endpoints of this Service. */
export const needsHealthCheckPort = ({ spec }: Subject): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Whether traffic may come from outside the cluster. */
export const isExternallyAccessible = (service: Subject): boolean =>
  needsNodePort(service) || (service.spec.type === 'ClusterIP' && listOf(service.spec.externalIPs).length > 0);
