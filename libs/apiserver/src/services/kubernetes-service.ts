import { deepEqual, sleep, StatusError, type Clock, type Draft } from '@keelson/apimachinery';
import type { Endpoints, EndpointSlice, Service } from '@keelson/api';
import type { Logger } from '@keelson/component-base';
import type { Store } from '@keelson/storage';
import { ensureObject } from '../bootstrap/ensure-object';
import type { ObjectRegistry } from '../registry/object-registry';
import type { ClusterIpAllocator } from './cluster-ip-allocator';

const NAME = 'kubernetes';
const NAMESPACE = 'default';
const PORT = 443;
const PORT_NAME = 'https';
/** Where every server says that it lives, as upstream's lease reconciler. */
const LEASES = '/registry/masterleases/';
const LEASE_SECONDS = 15;
const INTERVAL_MILLISECONDS = 10_000;
/** So long another server may take from reserving the Service's address to writing the Service. */
const PEER_MILLISECONDS = 5_000;
const PEER_LOOK_MILLISECONDS = 250;

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
  /** The Service gets the first address of the range. */
  readonly clusterIps: ClusterIpAllocator;
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
    await this.#ensureService();
    await this.#tryReconcile();
    this.#running = this.#repeat();
  }

  /** Takes this server out of the endpoints; if the store does not let it, its lease runs out. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    try {
      await this.#withdraw();
    } catch (error) {
      this.#deps.log.error('Unable to leave the endpoints of the kubernetes Service', { error });
    }
  }

  async #withdraw(): Promise<void> {
    const lease = await this.#deps.store.get(this.#leaseKey);
    if (lease !== undefined) await this.#deps.store.delete(this.#leaseKey, { expected: lease.revision });
    await this.#writeEndpoints(await this.#addresses());
  }

  /**
   * Of servers that start at once, one reserves the address and writes the Service, and the others see for a moment an address that is
   * taken and no Service. If that lasts, a server has died in between, and what it reserved is given back.
   */
  async #ensureService(): Promise<void> {
    const { clock, clusterIps, services } = this.#deps;
    const patienceEnds = clock.monotonic() + PEER_MILLISECONDS;
    for (let isLast = false; ; isLast = clock.monotonic() >= patienceEnds) {
      if (isLast) await clusterIps.release(clusterIps.first, { namespace: NAMESPACE, name: NAME });
      try {
        await ensureObject(services, this.#service());
        return;
      } catch (error) {
        if (isLast || !StatusError.is(error, 'Invalid')) throw error;
      }
      await sleep(clock, PEER_LOOK_MILLISECONDS, this.#stop.signal);
    }
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
    // Another may write it meanwhile: its running out does, and so does a server that gives out the same address.
    for (let current = await store.get(this.#leaseKey); ;) {
      const result = await store.put(this.#leaseKey, value, { expected: current?.revision ?? 0, ttl: LEASE_SECONDS });
      if (result.type === 'written') return;
      current = result.current;
    }
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
    const { clusterIps, port } = this.#deps;
    const clusterIp = clusterIps.first;
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
