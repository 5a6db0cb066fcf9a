import { join } from 'node:path';
import type { Clock } from '@keelson/apimachinery';
import { createHttpTransport } from './http-transport';
import type { Transport } from './transport';

export interface InClusterOptions {
  /** The container's KUBERNETES_SERVICE_HOST. */
  readonly host: string;
  /** The container's KUBERNETES_SERVICE_PORT. */
  readonly port: string | number;
  /** Where the kubelet keeps `token` and `ca.crt` of the pod's service account up to date. */
  readonly folder?: string;
  readonly clock?: Clock;
}

/** The transport of a program that runs in a pod: the cluster's own address and the pod's service account. */
export function inClusterTransport({
  host,
  port,
  folder = '/var/run/secrets/kubernetes.io/serviceaccount',
  clock,
}: InClusterOptions): Transport {
  const address = host.includes(':') ? `[${host}]` : host;
  return createHttpTransport({
    server: `https://${address}:${port}`,
    tls: { certificateAuthority: { file: join(folder, 'ca.crt') } },
    token: { file: join(folder, 'token') },
    ...(clock === undefined ? {} : { clock }),
  });
}
