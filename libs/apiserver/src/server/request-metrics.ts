import { counter, gauge, histogram, registerMetrics } from '@keelson/component-base';
import type { Registry } from 'prom-client';
import { isLongRunning } from '../filters/with-deadline';
import type { RequestMetrics } from '../filters/with-metrics';
import type { ApiRequest } from '../http/api-request';

const LABELS = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;

/** Upstream's metrics of requests, under upstream's names and labels. */
export function requestMetrics(registry: Registry): RequestMetrics {
  const metrics = registerMetrics(registry, {
    total: counter({
      name: 'apiserver_request_total',
      help: 'Requests by verb, resource and HTTP code',
      labels: [...LABELS, 'dry_run', 'code'],
    }),
    duration: histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'How long requests took, watches and other long-running ones left out',
      labels: [...LABELS, 'dry_run'],
      buckets: [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
    }),
    inFlight: gauge({ name: 'apiserver_current_inflight_requests', help: 'Requests under way', labels: ['request_kind'] }),
  });
  return {
    started(request) {
      if (!isLongRunning(request)) metrics.inFlight.inc({ request_kind: kindOf(request) });
    },
    finished(request, { code, seconds }) {
      const labels = labelsOf(request);
      metrics.total.inc({ ...labels, code: String(code) });
      if (isLongRunning(request)) return;
      metrics.inFlight.dec({ request_kind: kindOf(request) });
      metrics.duration.observe(labels, seconds);
    },
  };
}

const READ_METHODS = new Set(['GET', 'HEAD']);
const kindOf = ({ method }: ApiRequest): string => (READ_METHODS.has(method) ? 'readOnly' : 'mutating');

function labelsOf({ info, query }: ApiRequest): Record<(typeof LABELS)[number] | 'dry_run', string> {
  const { apiGroup, apiVersion, name, namespace, resource, subresource, verb } = info;
  const scope = !info.isResourceRequest ? '' : name !== '' ? 'resource' : namespace !== '' ? 'namespace' : 'cluster';
  return {
    verb: verb.toUpperCase(),
    group: apiGroup,
    version: apiVersion,
    resource,
    subresource,
    scope,
    component: 'apiserver',
    dry_run: query.get('dryRun') ?? '',
  };
}
