import { counter, exponentialBuckets, gauge, histogram, registerMetrics } from '@keelson/component-base';
import type { Registry } from 'prom-client';
import { RCODE_NAMES, type Protocol } from './message/write-response';
import { TYPE } from './message/protocol';

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE).map(([name, type]) => [type, name]));

/** CoreDNS's names, labels and buckets, so that its dashboards and alerts work. */
const declarations = {
  requests: counter({
    name: 'coredns_dns_requests_total',
    help: 'DNS requests, by zone, protocol, address family and type.',
    labels: ['server', 'zone', 'view', 'proto', 'family', 'type'],
  }),
  responses: counter({
    name: 'coredns_dns_responses_total',
    help: 'DNS responses, by zone, response code and where they came from.',
    labels: ['server', 'zone', 'view', 'rcode', 'plugin'],
  }),
  duration: histogram({
    name: 'coredns_dns_request_duration_seconds',
    help: 'Seconds from a request to its response.',
    labels: ['server', 'zone', 'view'],
    buckets: exponentialBuckets(0.00025, 2, 16),
  }),
  responseSize: histogram({
    name: 'coredns_dns_response_size_bytes',
    help: 'Bytes of a response.',
    labels: ['server', 'zone', 'view', 'proto'],
    buckets: [0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8191, 16_000, 32_000, 48_000, 64_000],
  }),
  upstreamDuration: histogram({
    name: 'coredns_proxy_request_duration_seconds',
    help: 'Seconds that other servers took to answer.',
    labels: ['proxy_name', 'to', 'rcode'],
    buckets: exponentialBuckets(0.00025, 2, 16),
  }),
  rejected: counter({
    name: 'coredns_forward_max_concurrent_rejects_total',
    help: 'Questions that were not passed on because too many were on their way.',
  }),
  cacheHits: counter({ name: 'coredns_cache_hits_total', help: 'Answers taken from the cache.', labels: ['server', 'view'] }),
  cacheMisses: counter({ name: 'coredns_cache_misses_total', help: 'Answers that were not in the cache.', labels: ['server', 'view'] }),
  cacheEntries: gauge({ name: 'coredns_cache_entries', help: 'Answers in the cache.', labels: ['server', 'view'] }),
};

export interface ServedRequest {
  /** `.` for what other servers answer, else the cluster's domain. */
  readonly zone: string;
  readonly protocol: Protocol;
  /** The client's address. */
  readonly family: 4 | 6;
  readonly type: number;
  readonly response: Buffer;
  readonly rcode: number;
  readonly milliseconds: number;
}

/** The figures of one server. */
export class DnsMetrics {
  readonly #metrics: ReturnType<typeof registerMetrics<typeof declarations>>;
  readonly #server: { readonly server: string; readonly view: '' };

  /** @param server as CoreDNS names it: `dns://:53` */
  constructor(registry: Registry, server: string) {
    this.#metrics = registerMetrics(registry, declarations);
    this.#server = { server, view: '' };
  }

  served({ zone, protocol, family, type, response, rcode, milliseconds }: ServedRequest): void {
    const { requests, responses, duration, responseSize } = this.#metrics;
    const labels = { ...this.#server, zone };
    requests.inc({ ...labels, proto: protocol, family: family === 6 ? '2' : '1', type: TYPE_NAMES.get(type) ?? 'other' });
    responses.inc({ ...labels, rcode: rcodeName(rcode), plugin: zone === '.' ? 'forward' : 'kubernetes' });
    duration.observe(labels, milliseconds / 1000);
    responseSize.observe({ ...labels, proto: protocol }, response.length);
  }

  upstreamAnswered({
    server,
    rcode,
    milliseconds,
  }: {
    readonly server: string;
    readonly rcode: number;
    readonly milliseconds: number;
  }): void {
    this.#metrics.upstreamDuration.observe({ proxy_name: 'forward', to: server, rcode: rcodeName(rcode) }, milliseconds / 1000);
  }

  forwardRejected(): void {
    this.#metrics.rejected.inc();
  }

  cacheLookup(isHit: boolean): void {
    (isHit ? this.#metrics.cacheHits : this.#metrics.cacheMisses).inc(this.#server);
  }

  cacheSize(entries: number): void {
    this.#metrics.cacheEntries.set(this.#server, entries);
  }
}

const rcodeName = (rcode: number): string => RCODE_NAMES.get(rcode) ?? String(rcode);
