import { FieldPath } from '@keelson/apimachinery';
import type { Volume } from '../../../generated/core/v1';
import { problems } from '../../../testing/problems';
import { validateStorageSource } from './storage-source-validation';
import { validateVolumes } from './volume-validation';

const on = (source: Omit<Volume, 'name'>) =>
  problems((path, errors) => validateStorageSource({ name: 'v', ...source }, path, errors), FieldPath.of('v'));

describe('the source of a volume', () => {
  it('has what it can not do without', () => {
    expect(on({ rbd: { monitors: [], image: '' }, cephfs: { monitors: ['a'] } })).toEqual([
      'v.rbd.monitors: Required value',
      'v.rbd.image: Required value',
    ]);
  });

  it.each([
    ['iqn.2001-04.com.example:storage', []],
    ['eui.02004567A425678D', []],
    ['iqn.example', ['v.iscsi.iqn: Invalid value: "iqn.example": must be valid format']],
    ['example', ['v.iscsi.iqn: Invalid value: "example": must be valid format starting with iqn, eui, or naa']],
  ])('takes %s for an iSCSI name, or says what is wrong with it', (iqn, expected) => {
    expect(on({ iscsi: { targetPortal: '10.0.0.1', iqn, lun: 0 } })).toEqual(expected);
  });

  it('is a managed disk by its resource, any other Azure disk by its address', () => {
    const disk = { diskName: 'd', diskURI: 'https://x.blob.core.windows.net/c/d.vhd' };
    expect(on({ azureDisk: { ...disk, kind: 'Shared' } })).toEqual([]);
    expect(on({ azureDisk: { ...disk, kind: 'Managed' } })[0]).toContain('v.azureDisk.diskURI: Unsupported value:');
  });

  it('needs a unit with names of Fibre Channel targets, and not two ways of naming', () => {
    expect(on({ fc: { targetWWNs: ['a'], wwids: ['b'], lun: 256 } })).toEqual([
      'v.fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified simultaneously',
      'v.fc.lun: Invalid value: 256: must be between 0 and 255, inclusive',
    ]);
  });

  it('leaves the options of Kubernetes to Kubernetes', () => {
    expect(on({ flexVolume: { driver: 'd', options: { 'kubernetes.io/x': 'y', other: 'z' } } })).toEqual([
      'v.flexVolume.options[kubernetes.io/x]: Invalid value: "kubernetes.io/x": kubernetes.io and k8s.io namespaces are reserved',
    ]);
  });
});

describe('volumes', () => {
  it('are there for containers to mount only if nothing is wrong with them', () => {
    const volumes: Volume[] = [
      { name: 'good', csi: { driver: 'd.example.com' } },
      { name: 'bad', csi: { driver: '' } },
      { name: 'worse', ephemeral: {} },
    ];
    let valid: readonly string[] = [];
    const found = problems((path, errors) => {
      valid = [...validateVolumes(volumes, path, errors).keys()];
    }, FieldPath.of('volumes'));
    expect(valid).toEqual(['good']);
    expect(found).toEqual(['volumes[1].csi.driver: Required value', 'volumes[2].ephemeral.volumeClaimTemplate: Required value']);
  });
});
