import type { RequestListener, ServerResponse } from 'node:http';
import type { ProxyHealth } from './proxy-health';
import type { ProxyMetrics } from './proxy-metrics';

/** Answers /healthz and /livez: 200 or 503, with upstream's JSON. */
export function healthListener(health: ProxyHealth, { healthz, livez }: Pick<ProxyMetrics, 'healthz' | 'livez'>): RequestListener {
  return ({ url = '' }, response) => {
    const path = url.replace(/\?.*/, '');
    if (path === '/healthz') {
      const report = health.reportWithNode();
      healthz.inc({ code: answer(response, report.healthy && report.nodeEligible, report) });
    } else if (path === '/livez') {
      const report = health.report();
      livez.inc({ code: answer(response, report.healthy, report) });
    } else {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    }
  };
}

/** @returns the status code */
function answer(response: ServerResponse, isWell: boolean, body: object): string {
  const code = isWell ? 200 : 503;
  response.writeHead(code, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }).end(JSON.stringify(body));
  return String(code);
}
