import { deepEqual, sleep, type Clock, type Draft } from '@keelson/apimachinery';
import type { Endpoints, EndpointSlice, Service } from '@keelson/api';
import type { Logger } from '@keelson/component-base';
import type { Store } from '@keelson/storage';
import { ensureObject } from '../bootstrap/ensure-object';
import type { ObjectRegistry } from '../registry/object-registry';

const NAME = 'kubernetes';
const NAMESPACE = 'default';
const PORT = 443;
const PORT_NAME = 'https';
/** Where every server says that it lives, as upstream's lease reconciler. */
const LEASES = '/registry/masterleases/';
const LEASE_SECONDS = 15;
const INTERVAL_MILLISECONDS = 10_000;

export interface KubernetesServiceDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly services: ObjectRegistry;
  readonly endpoints: ObjectRegistry;
  readonly endpointSlices: ObjectRegistry;
  /** Where members of the cluster reach this server. */
  readonly address: string;
  readonly port: number;
  /** The first address of the Services' range. */
  readonly clusterIp: string;
}

/**
 * Keeps `default/kubernetes`: the Service by which pods reach the API, and its endpoints, which are the servers that are alive. Each server
 * renews a lease of its own in the store; whoever sees a change in the leases writes the endpoints.
 */
export class KubernetesService {
  readonly #deps: KubernetesServiceDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: KubernetesServiceDeps) {
    this.#deps = deps;
  }

  /** Resolves when the Service and this server's endpoint are there. */
  async start(): Promise<void> {
    await ensureObject(this.#deps.services, this.#service());
    await this.#tryReconcile();
    this.#running = this.#repeat();
  }

  /** Takes this server out of the endpoints. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const lease = await this.#deps.store.get(this.#leaseKey);
    if (lease !== undefined) await this.#deps.store.delete(this.#leaseKey, { expected: lease.revision });
    await this.#writeEndpoints(await this.#addresses());
  }

  async #repeat(): Promise<void> {
    const { clock } = this.#deps;
    for (;;) {
      await sleep(clock, INTERVAL_MILLISECONDS, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#tryReconcile();
    }
  }

  async #tryReconcile(): Promise<void> {
    try {
      await this.#renewLease();
      await this.#writeEndpoints(await this.#addresses());
    } catch (error) {
      this.#deps.log.error('Unable to reconcile the endpoints of the kubernetes Service', { error });
    }
  }

  async #renewLease(): Promise<void> {
    const { store } = this.#deps;
    const value = Buffer.from(
      JSON.stringify({ kind: 'Endpoints', apiVersion: 'v1', metadata: {}, subsets: [{ addresses: [{ ip: this.#deps.address }] }] }),
    );
    const current = await store.get(this.#leaseKey);
    await store.put(this.#leaseKey, value, { expected: current?.revision ?? 0, ttl: LEASE_SECONDS });
  }

  async #addresses(): Promise<readonly string[]> {
    const { records } = await this.#deps.store.list(LEASES);
    return records.map(({ key }) => key.slice(LEASES.length)).sort();
  }

  get #leaseKey(): string {
    return LEASES + this.#deps.address;
  }

  async #writeEndpoints(addresses: readonly string[]): Promise<void> {
    const endpoints = this.#endpoints(addresses);
    await ensureObject<Endpoints>(this.#deps.endpoints, endpoints, (current) => {
      const next = { ...current, ...(endpoints.subsets === undefined ? {} : { subsets: endpoints.subsets }) };
      if (endpoints.subsets === undefined) delete next.subsets;
      return deepEqual(current, next) ? undefined : next;
    });
    const slice = this.#slice(addresses);
    await ensureObject<EndpointSlice>(this.#deps.endpointSlices, slice, (current) => {
      const next: EndpointSlice = { ...current, ports: slice.ports ?? [], endpoints: slice.endpoints ?? [] };
      return deepEqual(current, next) ? undefined : next;
    });
  }

  #service(): Draft<Service> {
    const { clusterIp, port } = this.#deps;
    return {
      metadata: { name: NAME, namespace: NAMESPACE, labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        clusterIP: clusterIp,
        clusterIPs: [clusterIp],
        ports: [{ name: PORT_NAME, protocol: 'TCP', port: PORT, targetPort: port }],
      },
    };
  }

  #endpoints(addresses: readonly string[]): Draft<Endpoints> {
    const ports = [{ name: PORT_NAME, port: this.#deps.port, protocol: 'TCP' }];
    return {
      metadata: { name: NAME, namespace: NAMESPACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      ...(addresses.length === 0 ? {} : { subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports }] }),
    };
  }

  #slice(addresses: readonly string[]): Draft<EndpointSlice> {
    return {
      metadata: { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
      addressType: 'IPv4',
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [{ name: PORT_NAME, port: this.#deps.port, protocol: 'TCP' }],
    };
  }
}
