import { problems, storedMeta } from '../../../testing/problems';
import { testOrigin } from '../../../testing/origin';
import { testContainer } from '../../../testing/pods';
import type { StatefulSet, StatefulSetSpec } from '../../../generated/apps/v1';
import type { PersistentVolumeClaim } from '../../../generated/core/v1';
import { statefulSet } from './strategy';

const claim = (spec: object = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }): PersistentVolumeClaim => ({
  metadata: { name: 'data' } as never,
  spec,
});

function testStatefulSet(spec: Partial<StatefulSetSpec> = {}): StatefulSet {
  const template = {
    metadata: { labels: { app: 'db' } },
    spec: { containers: [{ ...testContainer(), volumeMounts: [{ name: 'data', mountPath: '/data' }] }] },
  } as unknown as StatefulSetSpec['template'];
  const object: StatefulSet = {
    metadata: storedMeta(),
    spec: { selector: { matchLabels: { app: 'db' } }, template, volumeClaimTemplates: [claim()], ...structuredClone(spec) },
  };
  statefulSet.defaults?.(object);
  return object;
}

const onCreate = (object: StatefulSet) =>
  problems((path, errors) => {
    statefulSet.validate?.(object, path, errors);
    statefulSet.validateCreate?.(object, path, errors);
  });

const onUpdate = (next: StatefulSet, previous: StatefulSet) =>
  problems((path, errors) => statefulSet.validateUpdate?.(next, previous, path, errors));

describe('a StatefulSet', () => {
  it('is updated in order from its first pod on, and keeps its claims, unless it says otherwise', () => {
    expect(testStatefulSet().spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    expect(testStatefulSet({ updateStrategy: { type: 'RollingUpdate' } }).spec.updateStrategy).toEqual({ type: 'RollingUpdate' });
  });

  it('makes its claims as if each had been written by itself', () => {
    expect(testStatefulSet().spec.volumeClaimTemplates?.[0]).toMatchObject({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      spec: { volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    });
  });

  it("may mount what its claim templates make, and names of its pods are the controller's to give", () => {
    expect(onCreate(testStatefulSet())).toEqual([]);
    expect(onCreate(testStatefulSet({ volumeClaimTemplates: [] }))).toEqual([
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ]);
    const named = testStatefulSet();
    Object.assign(named.spec.template.spec ?? {}, { hostname: 'Not A Name', subdomain: 'Nor This' });
    expect(onCreate(named)).toEqual([]);
  });

  it('needs claims and a Service that there can be, and a policy that there is', () => {
    expect(onCreate(testStatefulSet({ volumeClaimTemplates: [claim({})] }))[0]).toContain('spec.volumeClaimTemplates[0].spec.accessModes');
    expect(onCreate(testStatefulSet({ serviceName: 'a.b' }))[0]).toContain('spec.serviceName: Invalid value: "a.b"');
    expect(onCreate(testStatefulSet({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Keep' } }))).toEqual([
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": supported values: "Retain", "Delete"',
    ]);
  });

  it('drops the limit of its update, whose feature is off, unless it was there before', () => {
    const next = testStatefulSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } });
    const previous = structuredClone(next);
    statefulSet.prepareForUpdate?.(next, previous);
    expect(next.spec.updateStrategy?.rollingUpdate).toEqual({ maxUnavailable: 2, partition: 0 });
    statefulSet.prepareForCreate?.(next, testOrigin);
    expect(next.spec.updateStrategy?.rollingUpdate).toEqual({ partition: 0 });
  });

  it('keeps what its pods are known by', () => {
    const previous = testStatefulSet();
    expect(onUpdate(testStatefulSet({ replicas: 5, minReadySeconds: 3, ordinals: { start: 1 } }), previous)).toEqual([]);
    expect(onUpdate(testStatefulSet({ serviceName: 'other' }), previous)[0]).toContain('updates to statefulset spec for fields other than');
  });
});
