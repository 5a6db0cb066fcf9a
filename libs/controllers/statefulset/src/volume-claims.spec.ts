import { persistentvolumeclaims, pods } from '@keelson/api';
import { claimTemplate, givenStatefulSet } from './testing/given-stateful-set';

const claimNamed = (name: string) => ({ namespace: 'ns', name });

describe('the claims of a StatefulSet', () => {
  it('are made before the pod, which has a volume of each', async () => {
    const { api, reconcile, run } = await givenStatefulSet({ replicas: 1, volumeClaimTemplates: [claimTemplate] });
    await reconcile();
    expect(api.writes.map(({ resource }) => resource).filter((each) => each.startsWith('p'))).toEqual(['persistentvolumeclaims', 'pods']);
    expect(api.all(persistentvolumeclaims)).toMatchObject([
      { metadata: { name: 'data-db-0', labels: { app: 'db' } }, spec: { accessModes: ['ReadWriteOnce'] } },
    ]);
    expect(api.all(pods)[0]?.spec.volumes).toEqual([{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }]);
    expect(run.events[0]).toBe('Normal SuccessfulCreate Create Claim data-db-0 Pod db-0 in StatefulSet db success');
    await run.stop();
  });

  it('are made anew for a pod that waits, and not taken while they are being deleted', async () => {
    const { api, names, reconcile, report, run } = await givenStatefulSet({ replicas: 1, volumeClaimTemplates: [claimTemplate] });
    await reconcile();
    api.remove(persistentvolumeclaims, claimNamed('data-db-0'));
    report('db-0', 'Pending', false);
    await reconcile();
    expect(api.all(persistentvolumeclaims)).toHaveLength(1);
    api.change(persistentvolumeclaims, claimNamed('data-db-0'), ({ metadata }) => (metadata.deletionTimestamp = '2026-01-01T00:00:00Z'));
    api.remove(pods, claimNamed('db-0'));
    await expect(reconcile()).rejects.toThrow('pvc data-db-0 is being deleted');
    expect(names()).toEqual([]);
    await run.stop();
  });

  it('belong to the set, and once scaled away to their pod, where the policy is to delete', async () => {
    const { api, change, run, settle } = await givenStatefulSet({
      replicas: 2,
      volumeClaimTemplates: [claimTemplate],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
    });
    const owners = (name: string) =>
      api
        .all(persistentvolumeclaims)
        .find(({ metadata }) => metadata.name === name)
        ?.metadata.ownerReferences?.map(({ kind, name: of }) => `${kind} ${of}`);
    await settle();
    expect(owners('data-db-1')).toEqual(['StatefulSet db']);
    change({ replicas: 1 });
    await settle();
    expect(owners('data-db-0')).toEqual(['StatefulSet db']);
    expect(owners('data-db-1')).toEqual(['Pod db-1']);
    await run.stop();
  });

  it('hold back a new pod while they go with the old one, and wake the set when they are gone', async () => {
    const { api, change, names, run, settle } = await givenStatefulSet({
      replicas: 1,
      volumeClaimTemplates: [claimTemplate],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
    });
    await settle();
    change({ replicas: 0 });
    await settle();
    change({ replicas: 1 });
    await settle();
    expect(names()).toEqual([]);
    await run.woken();
    api.remove(persistentvolumeclaims, claimNamed('data-db-0'));
    expect(await run.woken()).toEqual(['ns/db']);
    await settle();
    expect(names()).toEqual(['db-0']);
    await run.stop();
  });

  it('are left to another controller that has them, which is told', async () => {
    const other = { apiVersion: 'example.com/v1', kind: 'Keeper', name: 'k', uid: 'k', controller: true };
    const { api, run, set, settle } = await givenStatefulSet({
      replicas: 1,
      volumeClaimTemplates: [claimTemplate],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
    });
    const ours = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: set.metadata.uid };
    api.add(persistentvolumeclaims, { metadata: { ...claimNamed('data-db-0'), ownerReferences: [other, ours] }, spec: {} });
    await settle();
    expect(api.all(persistentvolumeclaims)[0]?.metadata.ownerReferences).toEqual([other]);
    expect(run.events.join()).toContain('Warning ConflictingController PersistentVolumeClaim data-db-0 has a conflicting OwnerReference');
    await run.stop();
  });
});
