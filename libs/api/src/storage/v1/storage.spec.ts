import type { CSIDriver, CSINode, StorageClass, VolumeAttachment } from '../../generated/storage/v1';
import { testOrigin } from '../../testing/origin';
import { problems, storedMeta } from '../../testing/problems';
import { csiDriver } from './csi-driver/strategy';
import { csiNode } from './csi-node/strategy';
import { storageClass } from './storage-class/strategy';
import { volumeAttachment } from './volume-attachment/strategy';
import { volumeAttributesClass } from './volume-attributes-class/strategy';

describe('a StorageClass', () => {
  const testClass = (fields: Partial<StorageClass> = {}): StorageClass => {
    const object: StorageClass = { metadata: storedMeta(), provisioner: 'kubernetes.io/no-provisioner', ...fields };
    storageClass.defaults?.(object);
    return object;
  };
  const on = (fields: Partial<StorageClass>) => problems((path, errors) => storageClass.validate?.(testClass(fields), path, errors));

  it('makes volumes at once, and deletes them with their claims, unless it says otherwise', () => {
    expect(testClass()).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
    expect(on({})).toEqual([]);
    expect(on({ provisioner: '', reclaimPolicy: 'Recycle', volumeBindingMode: 'Later', parameters: { '': 'x' } })).toEqual([
      'provisioner: Required value',
      'parameters: Invalid value: "": field can not be empty.',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ]);
  });

  it('names each topology once', () => {
    const zone = (...values: string[]) => ({ matchLabelExpressions: [{ key: 'zone', values }] });
    expect(on({ allowedTopologies: [zone('a', 'b'), zone('b', 'a'), zone()] })).toEqual([
      'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
      'allowedTopologies[2].matchLabelExpressions[0].values: Required value',
    ]);
  });

  it('may come to allow growth, and nothing else that made its volumes', () => {
    const onUpdate = (fields: Partial<StorageClass>) =>
      problems((path, errors) => storageClass.validateUpdate?.(testClass(fields), testClass(), path, errors));
    expect(onUpdate({ allowVolumeExpansion: true, parameters: {} })).toEqual([]);
    expect(onUpdate({ parameters: { a: 'b' }, reclaimPolicy: 'Retain' })).toEqual([
      'parameters: Invalid value: {"a":"b"}: field is immutable',
      'reclaimPolicy: Invalid value: "Retain": field is immutable',
    ]);
  });
});

describe('a CSIDriver', () => {
  const testDriver = (spec: CSIDriver['spec'] = {}): CSIDriver => {
    const object: CSIDriver = { metadata: storedMeta(), spec };
    csiDriver.defaults?.(object);
    return object;
  };

  it('attaches, and persists, unless it says otherwise', () => {
    expect(testDriver().spec).toEqual({
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
      requiresRepublish: false,
      seLinuxMount: false,
    });
  });

  it('asks for tokens of ten minutes at least, one for each audience', () => {
    const tokenRequests = [{ audience: 'a', expirationSeconds: 599 }, { audience: 'a' }, { audience: '', expirationSeconds: 2 ** 33 }];
    expect(problems((path, errors) => csiDriver.validate?.(testDriver({ tokenRequests }), path, errors))).toEqual([
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.tokenRequests[2].expirationSeconds: Invalid value: 8589934592: may not specify a duration larger than 2^32 seconds',
    ]);
  });

  it('keeps how its volumes are attached', () => {
    const [next, old] = [testDriver({ attachRequired: false, storageCapacity: true }), testDriver()];
    expect(problems((path, errors) => csiDriver.validateUpdate?.(next, old, path, errors))).toEqual([
      'spec.attachedRequired: Invalid value: false: field is immutable',
    ]);
  });
});

describe('a CSINode', () => {
  const testNode = (...drivers: CSINode['spec']['drivers']): CSINode => ({ metadata: storedMeta(), spec: { drivers } });

  it('knows each driver once, under a name of its own', () => {
    const node = testNode({ name: 'a.b', nodeID: '', topologyKeys: ['x', 'x'] }, { name: 'a.b', nodeID: 'n', allocatable: { count: -1 } });
    expect(problems((path, errors) => csiNode.validate?.(node, path, errors))).toEqual([
      'spec.drivers[0].nodeID: Required value',
      'spec.drivers[0]: Duplicate value: "x"',
      'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[1].name: Duplicate value: "a.b"',
    ]);
  });

  it('lets a driver take other numbers of volumes, and be no other node', () => {
    const onUpdate = (next: CSINode) =>
      problems((path, errors) => csiNode.validateUpdate?.(next, testNode({ name: 'a.b', nodeID: 'n' }), path, errors));
    expect(onUpdate(testNode({ name: 'a.b', nodeID: 'n', allocatable: { count: 5 } }, { name: 'c.d', nodeID: 'm' }))).toEqual([]);
    expect(onUpdate(testNode({ name: 'a.b', nodeID: 'm' }))).toHaveLength(1);
  });
});

describe('a VolumeAttachment', () => {
  const testAttachment = (source: VolumeAttachment['spec']['source']): VolumeAttachment => ({
    metadata: storedMeta({ finalizers: ['example.com/attached'] }),
    spec: { attacher: 'a.b', nodeName: 'n1', source },
  });
  const on = (source: VolumeAttachment['spec']['source']) =>
    problems((path, errors) => volumeAttachment.validate?.(testAttachment(source), path, errors));

  it('is of one volume', () => {
    expect(on({ persistentVolumeName: 'pv' })).toEqual([]);
    expect(on({})).toEqual(['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName']);
    expect(on({ inlineVolumeSpec: { claimRef: {}, accessModes: ['ReadWriteOnce'], csi: { driver: 'a.b', volumeHandle: 'h' } } })).toEqual([
      'spec.source.inlineVolumeSpec.claimRef: Forbidden: may not be specified in the context of inline volumes',
    ]);
  });

  it('is as it was made but for its status, through which nothing else changes', () => {
    const [next, old] = [testAttachment({ persistentVolumeName: 'b' }), testAttachment({ persistentVolumeName: 'a' })];
    expect(problems((path, errors) => volumeAttachment.validateUpdate?.(next, old, path, errors))[0]).toContain('field is immutable');
    delete next.metadata.finalizers;
    next.status = { attached: true };
    volumeAttachment.subresources?.['status']?.prepareForUpdate?.(next, old, testOrigin);
    expect(next).toEqual({ ...old, status: { attached: true } });
  });
});

describe('a VolumeAttributesClass', () => {
  it('says something to its driver, for good', () => {
    const attributes = (parameters: Record<string, string>) => ({ metadata: storedMeta(), driverName: 'a.b', parameters });
    expect(problems((path, errors) => volumeAttributesClass.validate?.(attributes({}), path, errors))).toEqual([
      'parameters: Required value: must contain at least one key/value pair',
    ]);
    expect(
      problems((path, errors) => volumeAttributesClass.validateUpdate?.(attributes({ a: '1' }), attributes({ a: '2' }), path, errors)),
    ).toEqual(['parameters: Forbidden: updates to parameters are forbidden.']);
  });
});
