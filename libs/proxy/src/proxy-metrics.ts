import { counter, exponentialBuckets, gauge, histogram, registerMetrics } from '@keelson/component-base';
import type { Registry } from 'prom-client';

const labels = ['ip_family'] as const;
const buckets = exponentialBuckets(0.001, 2, 15);

const steps = (from: number, step: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index * step);

/** From a quarter of a second to five minutes, upstream's. */
const PROGRAMMING_BUCKETS = [...steps(0.25, 0.25, 2), ...steps(1, 1, 59), ...steps(60, 5, 12), ...steps(120, 30, 7)];

const DECLARATIONS = {
  syncDuration: histogram({
    name: 'kubeproxy_sync_proxy_rules_duration_seconds',
    help: 'SyncProxyRules latency in seconds',
    labels,
    buckets,
  }),
  lastSynced: gauge({
    name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds',
    help: 'The last time proxy rules were successfully synced',
    labels,
  }),
  lastQueued: gauge({
    name: 'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds',
    help: 'The last time a sync of proxy rules was queued',
    labels,
  }),
  failures: counter({
    name: 'kubeproxy_sync_proxy_rules_nftables_sync_failures_total',
    help: 'Cumulative proxy nftables sync failures',
    labels,
  }),
  networkProgramming: histogram({
    name: 'kubeproxy_network_programming_duration_seconds',
    help: 'In Cluster Network Programming Latency in seconds',
    labels,
    buckets: PROGRAMMING_BUCKETS,
  }),
  endpointChangesPending: gauge({
    name: 'kubeproxy_sync_proxy_rules_endpoint_changes_pending',
    help: 'Pending proxy rules Endpoint changes',
  }),
  endpointChanges: counter({
    name: 'kubeproxy_sync_proxy_rules_endpoint_changes_total',
    help: 'Cumulative proxy rules Endpoint changes',
  }),
  serviceChangesPending: gauge({
    name: 'kubeproxy_sync_proxy_rules_service_changes_pending',
    help: 'Pending proxy rules Service changes',
  }),
  serviceChanges: counter({
    name: 'kubeproxy_sync_proxy_rules_service_changes_total',
    help: 'Cumulative proxy rules Service changes',
  }),
  withoutLocalEndpoints: gauge({
    name: 'kubeproxy_sync_proxy_rules_no_local_endpoints_total',
    help: 'Number of services with a Local traffic policy and no endpoints',
    labels: ['ip_family', 'traffic_policy'],
  }),
  endedFlows: counter({
    name: 'kubeproxy_conntrack_reconciler_deleted_entries_total',
    help: 'Cumulative conntrack flows deleted by conntrack reconciler',
    labels,
  }),
  healthz: counter({ name: 'kubeproxy_proxy_healthz_total', help: 'Cumulative proxy healthz HTTP status', labels: ['code'] }),
  livez: counter({ name: 'kubeproxy_proxy_livez_total', help: 'Cumulative proxy livez HTTP status', labels: ['code'] }),
} as const;

/** kube-proxy's own metrics, by upstream's names. */
export type ProxyMetrics = ReturnType<typeof registerMetrics<typeof DECLARATIONS>>;

export function proxyMetrics(registry: Registry): ProxyMetrics {
  return registerMetrics(registry, DECLARATIONS);
}
