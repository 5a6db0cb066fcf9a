import { defaultStorageSource } from './storage-source-defaults';

describe('the standard values of a storage source', () => {
  it('fill in what was left out, and nothing else', () => {
    const sources = {
      rbd: { monitors: ['a'], image: 'i', user: 'me' },
      iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:a', lun: 0 },
      azureDisk: { diskName: 'd', diskURI: 'https://blob/d' },
      scaleIO: { gateway: 'g', system: 's', secretRef: { name: 'x' } },
    };
    defaultStorageSource(sources);
    expect(sources).toEqual({
      rbd: { monitors: ['a'], image: 'i', user: 'me', pool: 'rbd', keyring: '/etc/ceph/keyring' },
      iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:a', lun: 0, iscsiInterface: 'default' },
      azureDisk: {
        diskName: 'd',
        diskURI: 'https://blob/d',
        cachingMode: 'ReadWrite',
        kind: 'Shared',
        fsType: 'ext4',
        readOnly: false,
      },
      scaleIO: { gateway: 'g', system: 's', secretRef: { name: 'x' }, storageMode: 'ThinProvisioned', fsType: 'xfs' },
    });
  });
});
