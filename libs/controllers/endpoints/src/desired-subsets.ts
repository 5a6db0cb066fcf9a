import {
  podIsReady,
  podIsTerminal,
  type Container,
  type DeepReadonly,
  type EndpointPort,
  type EndpointSubset,
  type Pod,
  type Service,
  type ServicePort,
} from '@keelson/api';
import { parseIp } from '@keelson/apimachinery';
import { packSubsets, type SinglePort } from './pack-subsets';

/** The subsets that `pods` give the service, packed. */
export function desiredSubsets(service: DeepReadonly<Service>, pods: readonly DeepReadonly<Pod>[]): EndpointSubset[] {
  const { spec } = service;
  const publishesAll = spec.publishNotReadyAddresses === true;
  const servicePorts = spec.ports ?? [];
  const singles = pods.flatMap((pod): SinglePort[] => {
    if (podIsTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !publishesAll)) return [];
    const ip = addressFor(service, pod);
    if (ip === undefined) return [];
    const single = { address: addressOf(service, pod, ip), isReady: publishesAll || podIsReady(pod) };
    if (servicePorts.length === 0) return spec.clusterIP === 'None' ? [{ ...single, port: undefined }] : [];
    return servicePorts.flatMap((servicePort) => {
      const port = endpointPort(servicePort, pod);
      return port === undefined ? [] : [{ ...single, port }];
    });
  });
  return packSubsets(singles);
}

function addressFor({ spec }: DeepReadonly<Service>, { status }: DeepReadonly<Pod>): string | undefined {
  const family = (spec.ipFamilies?.[0] ?? 'IPv4') === 'IPv6' ? 6 : 4;
  return (status?.podIPs ?? []).find(({ ip }) => parseIp(ip)?.family === family)?.ip;
}

function addressOf({ metadata }: DeepReadonly<Service>, pod: DeepReadonly<Pod>, ip: string): SinglePort['address'] {
  const { name, namespace = '', uid } = pod.metadata;
  const { nodeName = '', hostname = '', subdomain } = pod.spec;
  return {
    ip,
    ...(nodeName === '' ? {} : { nodeName }),
    ...(hostname !== '' && subdomain === metadata.name ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function endpointPort(servicePort: DeepReadonly<ServicePort>, pod: DeepReadonly<Pod>): EndpointPort | undefined {
  const { name = '', protocol = 'TCP', appProtocol, targetPort } = servicePort;
  const port = typeof targetPort === 'string' ? namedPort(pod, targetPort, protocol) : targetPort;
  if (port === undefined) return undefined;
  return { ...(name === '' ? {} : { name }), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

/** A port of a container, or of an init container that runs beside the others. */
function namedPort({ spec }: DeepReadonly<Pod>, name: string, protocol: string): number | undefined {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers: readonly DeepReadonly<Container>[] = [...spec.containers, ...sidecars];
  return containers.flatMap(({ ports }) => ports ?? []).find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)
    ?.containerPort;
}
