import type { HorizontalPodAutoscaler } from '../../../generated/autoscaling/v2';
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from '../../../generated/autoscaling/v1';
import { storedMeta } from '../../../testing/problems';
import { horizontalPodAutoscalerConversion } from './conversion';

const fromStored = (object: HorizontalPodAutoscaler) => horizontalPodAutoscalerConversion.conversion.fromStored(object);
const toStored = (object: HorizontalPodAutoscalerV1) => horizontalPodAutoscalerConversion.conversion.toStored(object);

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const metric = { name: 'hits', selector: { matchLabels: { a: 'b' } } };
const full = (): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: storedMeta({ annotations: { mine: 'kept' } }),
  spec: {
    scaleTargetRef,
    minReplicas: 2,
    maxReplicas: 5,
    metrics: [
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
      { type: 'Pods', pods: { metric, target: { type: 'AverageValue', averageValue: '10' } } },
      { type: 'Object', object: { describedObject: scaleTargetRef, metric, target: { type: 'Value', value: '3' } } },
      { type: 'Object', object: { describedObject: scaleTargetRef, metric, target: { type: 'AverageValue', averageValue: '4' } } },
      { type: 'External', external: { metric, target: { type: 'Value', value: '7' } } },
      { type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: '8' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'app', target: { type: 'Utilization', averageUtilization: 40 } },
      },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
    ],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] },
      scaleDown: { selectPolicy: 'Min', policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }], tolerance: '100m' },
    },
  },
  status: {
    currentReplicas: 3,
    desiredReplicas: 4,
    observedGeneration: 1,
    lastScaleTime: '2026-01-01T00:00:00Z',
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '120m' } } },
      { type: 'Object', object: { describedObject: scaleTargetRef, metric, current: { value: '2' } } },
      { type: 'External', external: { metric, current: { value: '0', averageValue: '1' } } },
    ],
    conditions: [{ type: 'AbleToScale', status: 'True', reason: 'Ready', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  },
});

describe('autoscaling/v1 of a HorizontalPodAutoscaler', () => {
  it('has the CPU utilization as a field, and all else in annotations as upstream writes them', () => {
    const { metadata, spec, status } = fromStored(full());
    expect(spec).toEqual({ scaleTargetRef, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 60 });
    expect(status).toMatchObject({ currentReplicas: 3, desiredReplicas: 4, currentCPUUtilizationPercentage: 50 });
    expect(Object.keys(metadata.annotations ?? {})).toHaveLength(5);
    expect(metadata.annotations?.['autoscaling.alpha.kubernetes.io/metrics']).toMatch(
      /^\[\{"type":"Resource","resource":\{"name":"memory","targetAverageValue":"1Gi"\}\},\{"type":"Pods","pods":\{"metricName":"hits"/,
    );
    expect(metadata.annotations?.['autoscaling.alpha.kubernetes.io/behavior']).toBe(
      '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15}],"Tolerance":null},' +
        '"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Min","Policies":[{"Type":"Percent","Value":10,"PeriodSeconds":60}],"Tolerance":"100m"}}',
    );
  });

  it('loses nothing on the way there and back', () => {
    expect(JSON.parse(JSON.stringify(toStored(fromStored(full()))))).toEqual(full());
  });

  it('passes over annotations that say nothing', () => {
    const annotations = {
      'autoscaling.alpha.kubernetes.io/metrics': '{"not": "a list"}',
      'autoscaling.alpha.kubernetes.io/current-metrics': '[3]',
      'autoscaling.alpha.kubernetes.io/conditions': 'no JSON',
      'autoscaling.alpha.kubernetes.io/behavior': '{"ScaleUp":null}',
    };
    const stored = toStored({ metadata: storedMeta({ annotations }), spec: { scaleTargetRef, maxReplicas: 3 } });
    expect(stored.metadata.annotations).toBeUndefined();
    expect(stored.spec).toEqual({ scaleTargetRef, maxReplicas: 3, metrics: [] });
    expect(stored.status).toEqual({ currentMetrics: [] });
  });
});
