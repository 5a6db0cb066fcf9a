import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, labelsText, nameColumn, orNone } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Service } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

/** A list of load balancer addresses is cut off here. */
const MAX_ADDRESSES_WIDTH = 16;

export const columns: readonly TableColumn<Service>[] = [
  nameColumn,
  { name: 'Type', type: 'string', value: ({ spec }) => spec.type ?? '' },
  { name: 'Cluster-IP', type: 'string', value: ({ spec }) => orNone(spec.clusterIPs?.[0]) },
  { name: 'External-IP', type: 'string', value: externalIp },
  { name: 'Port(s)', type: 'string', value: ({ spec }) => orNone(portsText(spec)) },
  ageColumn,
  { name: 'Selector', type: 'string', priority: 1, value: ({ spec }) => labelsText(spec.selector) },
];

function externalIp({ spec, status }: DeepReadonly<Service>): string {
  const external = listOf(spec.externalIPs);
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','));
    case 'LoadBalancer': {
      const addresses = listOf(status?.loadBalancer?.ingress).map(({ ip, hostname }) =>
        ip === undefined || ip === '' ? (hostname ?? '') : ip,
      );
      const all = [...new Set(addresses)]
        .filter((address) => address !== '')
        .sort()
        .join(',');
      const shown = all.length > MAX_ADDRESSES_WIDTH ? `${all.slice(0, MAX_ADDRESSES_WIDTH - 3)}...` : all;
      return [...(shown === '' ? [] : [shown]), ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function portsText({ ports }: DeepReadonly<Service>['spec']): string {
  return listOf(ports)
    .map(({ port, nodePort = 0, protocol = '' }) => (nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
    .join(',');
}
