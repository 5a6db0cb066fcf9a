import { events, eventsGroupEvents, horizontalpodautoscalers, type HorizontalPodAutoscaler } from '@keelson/api';
import type { Resource } from '@keelson/apimachinery';
import { builtInSchemas, conversions, kinds } from '@keelson/api/server';
import { resourceKey } from '../endpoints/api-endpoint';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver();
});
afterAll(() => server.stop());

interface OldAutoscaler extends HorizontalPodAutoscaler {
  spec: HorizontalPodAutoscaler['spec'] & { targetCPUUtilizationPercentage?: number };
}
const v2 = horizontalpodautoscalers;
const v1 = { ...v2, version: 'v1' } as Resource<OldAutoscaler>;
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';

describe('a resource that is served in several versions', () => {
  it('is stored in one of them, and the others are converted', () => {
    const versions = new Map<string, string[]>();
    for (const { group, resource, verbs, version } of builtInSchemas().servedResources)
      if (verbs.includes('watch')) versions.set(`${group}/${resource}`, [...(versions.get(`${group}/${resource}`) ?? []), version]);
    const several = [...versions].filter(([, each]) => each.length > 1);
    expect(several).toEqual([['autoscaling/horizontalpodautoscalers', ['v2', 'v1']]]);
    const converted = new Set(conversions.map(({ resource }) => resourceKey(resource)));
    expect(kinds.filter(({ resource }) => converted.has(resourceKey(resource)))).toEqual([]);
  });

  it('answers in the version that was asked for, whichever wrote it', async () => {
    const name = { namespace: 'default', name: 'old' };
    const spec = { scaleTargetRef, maxReplicas: 4, targetCPUUtilizationPercentage: 70 };
    const created = await server.admin.resource(v1).create({ metadata: name, spec });
    expect(created).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { minReplicas: 1, targetCPUUtilizationPercentage: 70 } });
    const stored = await server.admin.resource(v2).get(name);
    expect(stored).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { minReplicas: 1, metrics: [{ resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }] },
    });
    expect(stored.spec).not.toHaveProperty('targetCPUUtilizationPercentage');
    const { items } = await server.admin.resource(v1).list({ namespace: 'default' });
    expect(items).toMatchObject([{ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 70 } }]);
  });

  it('keeps through a write in the one version what only the other has fields for', async () => {
    const name = { namespace: 'kube-public', name: 'new' };
    const metrics = [
      { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } } },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    ];
    const created = await server.admin
      .resource(v2)
      .create({ metadata: name, spec: { scaleTargetRef, maxReplicas: 4, metrics, behavior: {} } });
    await server.admin
      .resource(v2)
      .patch(
        name,
        { type: 'merge', patch: { status: { conditions: [{ type: 'AbleToScale', status: 'True' }], desiredReplicas: 2 } } },
        { subresource: 'status' },
      );
    const old = await server.admin.resource(v1).get(name);
    expect(old.metadata.annotations?.[METRICS]).toContain('"metricName":"hits"');
    await server.admin.resource(v1).update({ ...old, spec: { ...old.spec, maxReplicas: 7 } });
    await server.admin.resource(v1).patch(name, { type: 'merge', patch: { spec: { targetCPUUtilizationPercentage: 55 } } });
    const after = await server.admin.resource(v2).get(name);
    expect(after.spec).toMatchObject({
      maxReplicas: 7,
      behavior: created.spec.behavior,
      metrics: [metrics[0], { resource: { target: { averageUtilization: 55 } } }],
    });
    expect(after.status).toMatchObject({ desiredReplicas: 2, conditions: [{ type: 'AbleToScale' }] });
    expect(after.metadata.annotations).toBeUndefined();
  });

  it('is watched in the version that was asked for', async () => {
    const { resourceVersion } = await server.admin.resource(v1).list({ namespace: 'kube-system' });
    await server.admin
      .resource(v2)
      .create({ metadata: { namespace: 'kube-system', name: 'seen' }, spec: { scaleTargetRef, maxReplicas: 4 } });
    const abort = new AbortController();
    for await (const event of server.admin.resource(v1).watch({ namespace: 'kube-system', resourceVersion, signal: abort.signal })) {
      expect(event).toMatchObject({
        type: 'ADDED',
        object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } },
      });
      break;
    }
    abort.abort();
  });

  it('has its rows in a Table carry the version that was asked for', async () => {
    await server.admin
      .resource(v2)
      .create({ metadata: { namespace: 'kube-node-lease', name: 'row' }, spec: { scaleTargetRef, maxReplicas: 4 } });
    const { rows } = await server.admin.raw<{ rows: { cells: unknown[]; object: object }[] }>({
      path: '/apis/autoscaling/v1/namespaces/kube-node-lease/horizontalpodautoscalers?includeObject=Object',
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]?.cells.slice(0, 6)).toEqual(['row', 'Deployment/web', 'cpu: <unknown>/80%', '1', 4, 0]);
    expect(rows[0]?.object).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } });
  });

  it('refuses what an annotation of the old version says if it is ill-typed', async () => {
    const metadata = { namespace: 'default', name: 'malformed', annotations: { [METRICS]: '[{"type":"Pods","pods":{"metricName":{}}}]' } };
    await expect(server.admin.resource(v1).create({ metadata, spec: { scaleTargetRef, maxReplicas: 4 } })).rejects.toMatchObject({
      status: { code: 400 },
    });
  });

  it('asks of an object what the version asks that it is written in', async () => {
    const metadata = { namespace: 'default', name: 'strict' };
    const regarding = { kind: 'Pod', name: 'web', namespace: 'default' };
    const report = { reportingController: 'k', reportingInstance: 'n', action: 'a', reason: 'r' };
    const eventTime = '2026-01-01T00:00:00.000000Z';
    const strict = server.admin.resource(eventsGroupEvents);
    await expect(strict.create({ metadata, regarding, ...report, eventTime, deprecatedCount: 1 })).rejects.toThrow(
      /type: Invalid value.*count: Invalid value/,
    );
    const created = await strict.create({ metadata, regarding, ...report, eventTime, type: 'Normal' });
    await expect(strict.patch(metadata, { type: 'merge', patch: { note: 'changed' } })).rejects.toThrow('message: Invalid value');
    expect(await server.admin.resource(events).patch(metadata, { type: 'merge', patch: { message: 'changed' } })).toMatchObject({
      reportingComponent: created.reportingController,
      message: 'changed',
    });
  });
});
