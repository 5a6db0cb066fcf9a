import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget } from '../../../generated/autoscaling/v2';
import { problems, storedMeta } from '../../../testing/problems';
import { defaultHorizontalPodAutoscaler } from './defaults';
import { columns } from './table';
import { validateHorizontalPodAutoscaler, validateHorizontalPodAutoscalerUpdate } from './validation';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function testAutoscaler(spec: Partial<HorizontalPodAutoscalerSpec> = {}): HorizontalPodAutoscaler {
  const object: HorizontalPodAutoscaler = { metadata: storedMeta(), spec: { scaleTargetRef, maxReplicas: 5, ...spec } };
  defaultHorizontalPodAutoscaler(object);
  return object;
}
const onCreate = (spec: Partial<HorizontalPodAutoscalerSpec>) =>
  problems((path, errors) => validateHorizontalPodAutoscaler(testAutoscaler(spec), path, errors));
const external = (target: MetricTarget): MetricSpec => ({ type: 'External', external: { metric: { name: 'queue' }, target } });
const targetsOf = (object: HorizontalPodAutoscaler) =>
  columns.find(({ name }) => name === 'Targets')?.value(object, { age: () => '', now: () => 0 });

describe('a HorizontalPodAutoscaler', () => {
  it('aims at 80% of the CPU, from one pod on, unless it says otherwise', () => {
    expect(testAutoscaler().spec).toMatchObject({
      minReplicas: 1,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    });
    expect(onCreate({})).toEqual([]);
  });

  it('completes a behavior in both directions once it has one', () => {
    const { behavior } = testAutoscaler({ behavior: { scaleDown: { selectPolicy: 'Disabled' } } }).spec;
    expect(behavior?.scaleUp?.policies).toHaveLength(2);
    expect(behavior?.scaleDown).toEqual({ selectPolicy: 'Disabled', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] });
  });

  it('scales something of a named API group, or a ReplicationController', () => {
    expect(onCreate({ scaleTargetRef: { kind: 'Deployment', name: 'web' } })).toEqual([
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
    ]);
    expect(onCreate({ scaleTargetRef: { kind: 'ReplicationController', name: 'web', apiVersion: 'v1' } })).toEqual([]);
  });

  it('has a range of replicas that does not reach down to none', () => {
    expect(onCreate({ minReplicas: 0, maxReplicas: 0 })).toEqual([
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Required value: must be set and greater than 0',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ]);
    expect(onCreate({ minReplicas: 6 })).toEqual(['spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`']);
  });

  it('keeps what an older server took: a target without a group, and a range down to none', () => {
    const old = testAutoscaler({
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      minReplicas: 0,
      metrics: [external({ type: 'Value', value: '1' })],
    });
    const onUpdate = (next: HorizontalPodAutoscaler) =>
      problems((path, errors) => validateHorizontalPodAutoscalerUpdate(next, old, path, errors));
    expect(onUpdate({ ...old, spec: { ...old.spec, maxReplicas: 9 } })).toEqual([]);
    expect(onUpdate({ ...old, spec: { ...old.spec, scaleTargetRef: { kind: 'StatefulSet', name: 'web' } } })).toHaveLength(1);
  });

  it('names one source for each metric, and one kind of target', () => {
    const pods = { metric: { name: 'a/b' }, target: { type: 'AverageValue', averageValue: '0' } };
    expect(onCreate({ metrics: [{ ...external({ type: 'Value', value: '1', averageValue: '1' }), pods }] })).toEqual([
      'spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
      'spec.metrics[0].pods: Forbidden: must populate the given metric source only',
    ]);
    expect(onCreate({ metrics: [{ type: 'Pods', pods }, { type: 'Resource' }] })).toEqual([
      'spec.metrics[0].pods.metric.name: Invalid value: "a/b": may not contain \'/\'',
      'spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive',
      'spec.metrics[1].resource: Required value: must populate information for the given metric source',
    ]);
  });

  it('bounds the windows and periods of its behavior', () => {
    const policies = [{ type: 'Pods', value: 0, periodSeconds: 1801 }];
    expect(
      onCreate({ behavior: { scaleUp: { stabilizationWindowSeconds: 3601, selectPolicy: 'Any', policies, tolerance: '-1' } } }),
    ).toEqual([
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"',
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
      'spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0',
    ]);
  });

  it('shows what is measured against what is wanted, two metrics of all', () => {
    const object = testAutoscaler({
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        external({ type: 'AverageValue', averageValue: '30' }),
        external({ type: 'Value', value: '2' }),
      ],
    });
    expect(targetsOf(object)).toBe('cpu: <unknown>/80%, <unknown>/30 (avg) + 1 more...');
    object.status = {
      desiredReplicas: 1,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 12 } } },
        { type: 'External', external: { metric: { name: 'queue' }, current: { averageValue: '5' } } },
      ],
    };
    expect(targetsOf(object)).toBe('cpu: 12%/80%, 5/30 (avg) + 1 more...');
  });
});
