import { join } from 'node:path';
import type { SandboxConfig } from '@keelson/container-runtime';
import { podDNS, type DNSSettings } from '../network/pod-dns';
import { podHostname } from '../network/pod-hostname';
import { allContainersOf } from '../pod/pod-containers';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';

export interface SandboxSettings {
  readonly dns: DNSSettings;
  /** Upstream's `/var/log/pods`. */
  readonly logRoot: string;
  readonly cgroupParent?: string;
}

/** @throws RangeError if the pod's host name can't be one */
export function sandboxConfig(pod: ReadonlyPod, attempt: number, settings: SandboxSettings): SandboxConfig {
  const { spec, metadata } = pod;
  return {
    pod: { namespace: namespaceOf(pod), name: metadata.name, uid: metadata.uid },
    attempt,
    hostname: podHostname(pod, settings.dns.clusterDomain).inside,
    dns: podDNS(pod, settings.dns),
    portMappings: spec.hostNetwork === true ? [] : hostPorts(pod),
    labels: { ...metadata.labels },
    annotations: { ...metadata.annotations },
    logDirectory: podLogDirectory(settings.logRoot, pod),
    linux: {
      hostNetwork: spec.hostNetwork ?? false,
      hostPID: spec.hostPID ?? false,
      hostIPC: spec.hostIPC ?? false,
      shareProcessNamespace: spec.shareProcessNamespace ?? false,
      sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name, value])),
      ...(settings.cgroupParent === undefined ? {} : { cgroupParent: settings.cgroupParent }),
    },
  };
}

export function podLogDirectory(logRoot: string, pod: ReadonlyPod): string {
  return join(logRoot, `${namespaceOf(pod)}_${pod.metadata.name}_${pod.metadata.uid}`);
}

function hostPorts(pod: ReadonlyPod): SandboxConfig['portMappings'] {
  return allContainersOf(pod)
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort, containerPort, protocol = 'TCP', hostIP }) => {
      if (hostPort === undefined || hostPort === 0) return [];
      return [
        {
          protocol: protocol as 'TCP' | 'UDP' | 'SCTP',
          containerPort,
          hostPort,
          ...(hostIP === undefined || hostIP === '' ? {} : { hostIP }),
        },
      ];
    });
}
