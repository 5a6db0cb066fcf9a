import type { Node } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { serveHttp, silentLogger } from '@keelson/component-base';
import { Registry } from 'prom-client';
import { healthListener } from './health-listener';
import { ProxyHealth } from './proxy-health';
import { proxyMetrics } from './proxy-metrics';

const TIMEOUT = 60_000;

function node(metadata: Partial<Node['metadata']> = {}, taint?: string): Node {
  return {
    metadata: { name: 'node-1', uid: '1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: taint === undefined ? {} : { taints: [{ key: taint, effect: 'NoSchedule' }] },
  };
}

describe('ProxyHealth', () => {
  it('is unhealthy when a change has waited too long for its rules, until they are written', async () => {
    const clock = new FakeClock();
    const health = new ProxyHealth({ clock, timeout: TIMEOUT, nodes: () => [node()] });
    await clock.advance(10 * TIMEOUT);
    expect(health.isHealthy).toBe(true);
    health.queued();
    await clock.advance(TIMEOUT - 1);
    health.queued();
    expect(health.isHealthy).toBe(true);
    await clock.advance(1);
    expect(health.report()).toMatchObject({ healthy: false, status: { IPv4: { healthy: false } } });
    health.updated(clock.now());
    expect(health.isHealthy).toBe(true);
  });

  it('does not take a sync for one of a change that came after its start', async () => {
    const clock = new FakeClock();
    const health = new ProxyHealth({ clock, timeout: TIMEOUT, nodes: () => [node()] });
    health.queued();
    const start = clock.now();
    await clock.advance(5);
    health.queued();
    health.updated(start);
    await clock.advance(TIMEOUT);
    expect(health.isHealthy).toBe(false);
  });

  it.each([
    ['there', [node()], true],
    ['unknown', [], false],
    ['being deleted', [node({ deletionTimestamp: '2026-01-01T00:00:00Z' })], false],
    ['about to be removed by the autoscaler', [node({}, 'ToBeDeletedByClusterAutoscaler')], false],
    ['tainted otherwise', [node({}, 'dedicated')], true],
    ['one of two, and the other goes', [node({}, 'ToBeDeletedByClusterAutoscaler'), node()], true],
  ])('tells for a node that is %s whether traffic may come', (_, nodes, nodeEligible) => {
    const health = new ProxyHealth({ clock: new FakeClock(), timeout: TIMEOUT, nodes: () => nodes });
    expect(health.reportWithNode()).toMatchObject({ healthy: true, nodeEligible });
  });
});

describe('healthListener', () => {
  it('answers in upstream’s JSON: /healthz refuses for a node that goes, /livez does not', async () => {
    const clock = new FakeClock();
    const health = new ProxyHealth({ clock, timeout: TIMEOUT, nodes: () => [] });
    const listener = healthListener(health, proxyMetrics(new Registry()));
    const server = await serveHttp(listener, { address: '127.0.0.1', port: 0, timers: clock, log: silentLogger });
    try {
      const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
      const [healthz, livez, other] = [await get('/healthz?verbose'), await get('/livez'), await get('/metrics')];
      expect([healthz.status, livez.status, other.status]).toEqual([503, 200, 404]);
      const now = new Date(clock.now()).toISOString();
      const report = { lastUpdated: now, currentTime: now, healthy: true, status: { IPv4: { lastUpdated: now, healthy: true } } };
      expect(await healthz.json()).toEqual({ ...report, nodeEligible: false });
      expect(await livez.json()).toEqual(report);
    } finally {
      await server.close();
    }
  });
});
