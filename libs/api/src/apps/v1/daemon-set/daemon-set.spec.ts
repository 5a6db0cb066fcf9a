import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import { testContainer } from '../../../testing/pods';
import type { DaemonSet, DaemonSetSpec } from '../../../generated/apps/v1';
import { daemonSet } from './strategy';

function testDaemonSet(spec: Partial<DaemonSetSpec> = {}): DaemonSet {
  const template = {
    metadata: { labels: { app: 'agent' } },
    spec: { containers: [testContainer()] },
  } as unknown as DaemonSetSpec['template'];
  const object: DaemonSet = {
    metadata: storedMeta(),
    spec: { selector: { matchLabels: { app: 'agent' } }, template, ...structuredClone(spec) },
  };
  daemonSet.defaults?.(object);
  return object;
}

const on = (object: DaemonSet) => problems((path, errors) => daemonSet.validate?.(object, path, errors));

const rolling = (rollingUpdate: object) => testDaemonSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });

const generation = ({ metadata }: DaemonSet) => metadata.annotations?.['deprecated.daemonset.template.generation'];

describe('a DaemonSet', () => {
  it('is updated one node after the other, unless it says otherwise', () => {
    expect(testDaemonSet().spec.updateStrategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } });
    expect(on(testDaemonSet())).toEqual([]);
  });

  it('either surges or lets nodes be without a pod, and does one of them', () => {
    expect(on(rolling({ maxUnavailable: 0, maxSurge: '10%' }))).toEqual([]);
    expect(on(rolling({ maxUnavailable: 1, maxSurge: 1 }))).toEqual([
      'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
    ]);
    expect(on(rolling({ maxUnavailable: '0%', maxSurge: 0 }))).toEqual([
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ]);
  });

  it('counts its templates in an annotation that no client can set', () => {
    const created = testDaemonSet();
    daemonSet.prepareForCreate?.(created, testOrigin);
    expect(generation(created)).toBe('1');
    const next = structuredClone(created);
    next.metadata.annotations = { mine: 'x', 'deprecated.daemonset.template.generation': '7' };
    daemonSet.prepareForUpdate?.(next, created);
    expect(next.metadata.annotations).toEqual({ mine: 'x', 'deprecated.daemonset.template.generation': '1' });
    next.spec.template.spec!.containers[0]!.image = 'other';
    daemonSet.prepareForUpdate?.(next, created);
    expect(generation(next)).toBe('2');
  });
});
