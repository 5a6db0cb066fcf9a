import type { DeepReadonly } from '@keelson/apimachinery';
import type { Service } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';

const OLD_HINTS = 'service.kubernetes.io/topology-aware-hints';
const HINTS = 'service.kubernetes.io/topology-mode';

/** What is accepted of a Service and does nothing, or will do nothing before long. */
export function serviceWarnings({ metadata, spec }: DeepReadonly<Service>): readonly string[] {
  const { externalIPs, externalName, loadBalancerIP, sessionAffinity, trafficDistribution, type } = spec;
  const isExternalName = type === 'ExternalName';
  const isHeadless = spec.clusterIP === 'None';
  const found: readonly (readonly [boolean, string])[] = [
    [metadata.annotations?.[OLD_HINTS] !== undefined, `annotation ${OLD_HINTS} is deprecated, please use ${HINTS} instead`],
    [isHeadless && !isEmpty(loadBalancerIP), 'spec.loadBalancerIP is ignored for headless services'],
    [isHeadless && !isEmpty(externalIPs), 'spec.externalIPs is ignored for headless services'],
    [isHeadless && sessionAffinity !== 'None', 'spec.SessionAffinity is ignored for headless services'],
    [
      !isHeadless && !isExternalName && !isEmpty(externalIPs),
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    ],
    [isExternalName && !isEmpty(externalIPs), 'spec.externalIPs is ignored when spec.type is "ExternalName"'],
    [!isExternalName && !isEmpty(externalName), 'spec.externalName is ignored when spec.type is not "ExternalName"'],
    [trafficDistribution === 'PreferClose', 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
  ];
  return found.flatMap(([applies, warning]) => (applies ? [warning] : []));
}
