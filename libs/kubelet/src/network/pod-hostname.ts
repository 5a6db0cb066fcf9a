import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';

/** As long as the kernel lets a host name be. */
const MAX_HOSTNAME = 63;

/** A pod's host name and, if it has a subdomain, the DNS domain that the name lies in. */
export interface PodHostname {
  readonly hostname: string;
  readonly domain: string;
  /** What `hostname` prints inside: the name, or with `setHostnameAsFQDN` the whole of it. */
  readonly inside: string;
}

/** @throws RangeError if the name `setHostnameAsFQDN` asks for is longer than a host name can be */
export function podHostname(pod: ReadonlyPod, clusterDomain: string): PodHostname {
  const { spec } = pod;
  const override = spec.hostnameOverride;
  if (override !== undefined) return { hostname: override, domain: '', inside: override };
  const hostname = (isSet(spec.hostname) ? spec.hostname : pod.metadata.name).slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
  const domain = isSet(spec.subdomain) ? `${spec.subdomain}.${namespaceOf(pod)}.svc.${clusterDomain}` : '';
  if (spec.setHostnameAsFQDN !== true || domain === '') return { hostname, domain, inside: hostname };
  const inside = `${hostname}.${domain}`;
  if (inside.length > MAX_HOSTNAME + 1)
    throw new RangeError(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${inside} is too long (64 characters is the max, ${inside.length} characters requested)`,
    );
  return { hostname, domain, inside };
}

const isSet = (text: string | undefined): text is string => text !== undefined && text !== '';
