import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeSpec } from '../../../generated/core/v1';
import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import { validatePersistentVolumeClaim, validatePersistentVolumeClaimUpdate } from '../persistent-volume-claim/validation';
import { validatePersistentVolumeClaimStatusUpdate } from '../persistent-volume-claim/status-validation';
import { accessModesText } from './access-modes';
import { persistentVolume } from './strategy';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validation';

const testVolume = (spec: PersistentVolumeSpec = {}): PersistentVolume => ({
  metadata: storedMeta(),
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data', type: '' }, ...spec },
});
const onVolume = (spec: PersistentVolumeSpec) => problems((path, errors) => validatePersistentVolume(testVolume(spec), path, errors));

describe('a PersistentVolume', () => {
  it('has a capacity, a way of access, and one source', () => {
    expect(onVolume({})).toEqual([]);
    expect(onVolume({ accessModes: [], capacity: { storage: '0' }, nfs: { server: 's', path: 'relative' } })).toEqual([
      'spec.accessModes: Required value',
      'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
      'spec.nfs: Forbidden: may not specify more than 1 volume type',
      'spec.nfs.path: Invalid value: "relative": must be an absolute path',
    ]);
  });

  it('is warned of if it is recycled, or can be mounted no more', () => {
    const volume = testVolume({ persistentVolumeReclaimPolicy: 'Recycle', rbd: { monitors: ['a'], image: 'i' } });
    expect(persistentVolume.warnings?.(volume, undefined)).toEqual([
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
    ]);
    expect(persistentVolume.warnings?.(testVolume(), undefined)).toEqual([]);
  });

  it('is not recycled if it is the whole host', () => {
    expect(onVolume({ hostPath: { path: '/..//' }, persistentVolumeReclaimPolicy: 'Recycle' })).toContain(
      "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
    );
  });

  it('keeps its source', () => {
    const next = testVolume({ hostPath: { path: '/other' }, storageClassName: 'x' });
    const [problem, ...more] = problems((path, errors) => validatePersistentVolumeUpdate(next, testVolume(), path, errors));
    expect(problem).toMatch(/^spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation/);
    expect(more).toEqual([]);
  });

  it('is dated when it comes into another phase', () => {
    const previous: PersistentVolume = { ...testVolume(), status: { phase: 'Pending', lastPhaseTransitionTime: '2026-01-01T00:00:00Z' } };
    const reported = (phase: string): PersistentVolume => {
      const next: PersistentVolume = { ...testVolume({ storageClassName: 'x' }), status: { phase } };
      persistentVolume.subresources?.['status']?.prepareForUpdate?.(next, previous, testOrigin);
      return next;
    };
    expect(reported('Bound').status?.lastPhaseTransitionTime).toBe(testOrigin.now());
    expect(reported('Pending')).toEqual(previous);
  });

  it('abbreviates its ways of access', () => {
    expect(accessModesText(['ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOnce'])).toBe('RWO,RWX');
  });
});

describe('a PersistentVolumeClaim', () => {
  const testClaim = (spec: PersistentVolumeClaimSpec = {}, phase = 'Bound'): PersistentVolumeClaim => ({
    metadata: storedMeta(),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
    status: { phase, capacity: { storage: '2Gi' } },
  });
  const sized = (storage: string) => ({ resources: { requests: { storage } } });
  const onUpdate = (next: PersistentVolumeClaim, previous: PersistentVolumeClaim) =>
    problems((path, errors) => validatePersistentVolumeClaimUpdate(next, previous, path, errors));

  it('asks for some room, in some way', () => {
    expect(problems((path, errors) => validatePersistentVolumeClaim(testClaim({ accessModes: [], resources: {} }), path, errors))).toEqual([
      'spec.accessModes: Required value: at least 1 access mode is required',
      'spec.resources[storage]: Required value',
    ]);
  });

  it('grows once it is bound, and does not shrink', () => {
    expect(onUpdate(testClaim(sized('3Gi')), testClaim())).toEqual([]);
    expect(onUpdate(testClaim(sized('3Gi'), 'Pending'), testClaim({}, 'Pending'))).toHaveLength(1);
    expect(onUpdate(testClaim(sized('1Gi')), testClaim())).toEqual([
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ]);
  });

  it('is bound to a volume once', () => {
    expect(onUpdate(testClaim({ volumeName: 'a' }), testClaim())).toEqual([]);
    expect(onUpdate(testClaim({ volumeName: 'b' }), testClaim({ volumeName: 'a' }))).toHaveLength(1);
  });

  it('is told of its size, and of how its growth goes on', () => {
    const status = { capacity: { storage: '-1' }, allocatedResources: { cpu: '1' }, allocatedResourceStatuses: { storage: 'Growing' } };
    expect(
      problems((path, errors) => validatePersistentVolumeClaimStatusUpdate({ ...testClaim(), status }, testClaim(), path, errors)),
    ).toEqual([
      'status.capacity[storage]: Invalid value: "-1": must be a valid resource quantity',
      'status.allocatedResourceStatuses: Unsupported value: "storage": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ]);
  });
});
