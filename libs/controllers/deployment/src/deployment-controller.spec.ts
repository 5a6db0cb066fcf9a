import { deployments, pods, replicasets, type Deployment, type ReplicaSet } from '@keelson/api';
import { FakeClock, StatusError, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { DeploymentController } from './deployment-controller';

const labels = { app: 'web' };

const web = (spec: Partial<Deployment['spec']> = {}): Draft<Deployment> => ({
  metadata: { name: 'web', namespace: 'ns', generation: 1 },
  spec: {
    replicas: 4,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'one' }] } } as unknown as Deployment['spec']['template'],
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    ...spec,
  },
});

async function given(deployment: Draft<Deployment>) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  api.add(deployments, deployment);
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new DeploymentController({
      client,
      deployments: informer(deployments),
      replicaSets: informer(replicasets),
      pods: informer(pods),
      recorder,
      clock,
    });
  });
  const sets = () =>
    [...api.all(replicasets)].sort((a, b) => Number(a.metadata.annotations?.[REVISION]) - Number(b.metadata.annotations?.[REVISION]));
  const sizes = () => sets().map(({ spec }) => spec.replicas);
  const reconcile = async () => {
    // Twice: the first may end in writing the deployment's own revision.
    for (let round = 0; round < 2; round += 1) {
      await run.woken();
      await run.reconcile('ns/web');
    }
    await run.woken();
  };
  /** Lets every set have the pods that it wants, all available. */
  const settle = async () => {
    for (const set of sets()) {
      const replicas = set.spec.replicas ?? 0;
      const status = { replicas, readyReplicas: replicas, availableReplicas: replicas, observedGeneration: set.metadata.generation ?? 0 };
      await api.resource(replicasets).updateStatus({ ...set, status });
    }
  };
  const change = async (edit: (deployment: Deployment) => void) => {
    const [current] = api.all(deployments);
    const next = structuredClone(current) as Deployment;
    edit(next);
    next.metadata.generation = (next.metadata.generation ?? 0) + 1;
    await api.resource(deployments).update(next);
  };
  const status = () => api.all(deployments)[0]?.status;
  return { api, clock, run, sets, sizes, reconcile, settle, change, status };
}

const REVISION = 'deployment.kubernetes.io/revision';
const setImage = (image: string) => (deployment: Deployment) => void (deployment.spec.template.spec!.containers[0]!.image = image);

describe('the Deployment controller', () => {
  it('makes a set of the full size for a new deployment, named by the hash of its template', async () => {
    const { sets, reconcile, run, status } = await given(web());
    await reconcile();
    const [set] = sets() as [ReplicaSet];
    const hash = set.metadata.labels?.['pod-template-hash'] ?? '';
    expect(set).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        annotations: { [REVISION]: '1', 'deployment.kubernetes.io/desired-replicas': '4', 'deployment.kubernetes.io/max-replicas': '5' },
      },
      spec: { replicas: 4, selector: { matchLabels: { ...labels, 'pod-template-hash': hash } } },
    });
    expect(run.events).toEqual([`Normal ScalingReplicaSet Scaled up replica set web-${hash} from 0 to 4`]);
    expect(status()?.conditions?.map(({ type, status: value, reason }) => [type, value, reason])).toEqual([
      ['Progressing', 'True', 'NewReplicaSetCreated'],
      ['Available', 'False', 'MinimumReplicasUnavailable'],
    ]);
    await run.stop();
  });

  it('rolls over a few pods at a time, never below what must be available nor above the surge', async () => {
    const { sizes, reconcile, settle, change, status, run } = await given(web());
    await reconcile();
    await settle();
    await reconcile();
    await change(setImage('two'));
    const seen: (number | undefined)[][] = [];
    for (let step = 0; step < 20 && sizes().join() !== '0,4'; step += 1) {
      await reconcile();
      seen.push(sizes());
      await settle();
    }
    expect(sizes()).toEqual([0, 4]);
    for (const [old = 0, fresh = 0] of seen) expect(old + fresh).toBeLessThanOrEqual(5);
    for (const [old = 0, fresh = 0] of seen) expect(old + fresh).toBeGreaterThanOrEqual(3);
    await settle();
    await reconcile();
    expect(status()).toMatchObject({ replicas: 4, updatedReplicas: 4, availableReplicas: 4, unavailableReplicas: 0 });
    expect(status()?.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
    });
    await run.stop();
  });

  it('takes the set of an earlier template up again, with a new revision and the old one remembered', async () => {
    const { sets, reconcile, settle, change, run } = await given(web());
    await reconcile();
    await settle();
    await change(setImage('two'));
    for (let step = 0; step < 10; step += 1) await reconcile().then(settle);
    await change(setImage('one'));
    for (let step = 0; step < 10; step += 1) await reconcile().then(settle);
    expect(sets()).toHaveLength(2);
    expect(sets()[1]).toMatchObject({
      metadata: { annotations: { [REVISION]: '3', 'deployment.kubernetes.io/revision-history': '1' } },
      spec: { replicas: 4, template: { spec: { containers: [{ image: 'one' }] } } },
    });
    await run.stop();
  });

  it('lets every old pod go before it makes new ones, if it recreates', async () => {
    const { api, sizes, sets, reconcile, settle, change, run } = await given(web({ strategy: { type: 'Recreate' } }));
    await reconcile();
    await settle();
    const [old] = sets() as [ReplicaSet];
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: old.metadata.name, uid: old.metadata.uid, controller: true };
    api.add(pods, { metadata: { name: 'p', namespace: 'ns', labels, ownerReferences: [owner] }, spec: { containers: [] } });
    await change(setImage('two'));
    await reconcile();
    await settle();
    await reconcile();
    expect(sizes()).toEqual([0]);
    await api.resource(pods).delete({ namespace: 'ns', name: 'p' }, { gracePeriodSeconds: 0 });
    await reconcile();
    expect(sizes()).toEqual([0, 4]);
    await run.stop();
  });

  it('shares a new size among the sets of a rollout that is paused', async () => {
    const { sizes, reconcile, settle, change, run } = await given(
      web({ replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }),
    );
    await reconcile();
    await settle();
    await change(setImage('two'));
    await reconcile();
    await reconcile();
    expect(sizes()).toEqual([8, 5]);
    await settle();
    await change((deployment) => void ((deployment.spec.paused = true), (deployment.spec.replicas = 20)));
    await reconcile();
    const [old = 0, fresh = 0] = sizes();
    expect(old + fresh).toBe(23);
    expect([old, fresh]).toEqual([14, 9]);
    await run.stop();
  });

  it('says that it found a set, where nothing was said of its progress before', async () => {
    const { api, reconcile, status, run, sets } = await given(web());
    await reconcile();
    api.change(deployments, { namespace: 'ns', name: 'web' }, ({ status: of }) => Object.assign(of ?? {}, { conditions: [] }));
    await reconcile();
    expect(status()?.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'FoundNewReplicaSet',
      message: `Found new replica set "${sets()[0]?.metadata.name ?? ''}"`,
    });
    await run.stop();
  });

  it('says why it cannot make a set, and tries again', async () => {
    const { api, reconcile, status, run, sizes } = await given(web());
    const undo = api.react(({ verb }) => {
      if (verb === 'create') throw StatusError.forbidden({ group: 'apps', resource: 'replicasets' }, 'web', 'exceeded quota');
    });
    await expect(run.reconcile('ns/web')).rejects.toThrow('exceeded quota');
    expect(status()?.conditions).toMatchObject([{ type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError' }]);
    expect(run.events).toMatchObject([expect.stringMatching(/^Warning ReplicaSetCreateError Failed to create new replica set "web-/)]);
    undo();
    await reconcile();
    expect(sizes()).toEqual([4]);
    await run.stop();
  });

  it('does not take a deployment that it may not write, once the set is made, for one whose set cannot be made', async () => {
    const { api, run, sizes, status } = await given(web());
    api.react(({ verb, resource }) => {
      if (verb === 'update' && resource === 'deployments.apps/status')
        throw StatusError.conflict(deployments, 'web', 'the object has been modified');
    });
    await expect(run.reconcile('ns/web')).rejects.toThrow('has been modified');
    expect(sizes()).toEqual([4]);
    expect(run.events).toEqual([expect.stringContaining('Scaled up replica set')]);
    expect(status()).toBeUndefined();
    await run.stop();
  });

  it('lets the time of a pause not count, and that after it anew', async () => {
    const { clock, reconcile, status, run, change } = await given(web({ progressDeadlineSeconds: 60 }));
    await reconcile();
    await change((deployment) => void (deployment.spec.paused = true));
    await reconcile();
    expect(status()?.conditions?.at(-1)).toMatchObject({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused' });
    await clock.advance(600_000);
    await change((deployment) => void (deployment.spec.paused = false));
    await reconcile();
    expect(status()?.conditions?.at(-1)).toMatchObject({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed' });
    await clock.advance(61_000);
    await reconcile();
    expect(status()?.conditions?.at(-1)).toMatchObject({ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' });
    await run.stop();
  });

  it('puts the condition that changed last at the end', async () => {
    const { reconcile, settle, status, run } = await given(web());
    await reconcile();
    expect(status()?.conditions?.map(({ type }) => type)).toEqual(['Progressing', 'Available']);
    await settle();
    await reconcile();
    expect(status()?.conditions).toMatchObject([
      { type: 'Available', status: 'True' },
      { type: 'Progressing', reason: 'NewReplicaSetAvailable' },
    ]);
    await run.stop();
  });

  it('says when a rollout makes no progress in time', async () => {
    const { clock, reconcile, status, run } = await given(web({ progressDeadlineSeconds: 60 }));
    await reconcile();
    await clock.advance(61_000);
    await run.reconcile('ns/web');
    expect(status()?.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    });
    await run.stop();
  });

  it('keeps only as many old sets as its history is long', async () => {
    const { sets, reconcile, settle, change, run } = await given(web({ revisionHistoryLimit: 1 }));
    await reconcile();
    for (const image of ['two', 'three', 'four']) {
      await settle();
      await change(setImage(image));
      for (let step = 0; step < 10; step += 1) await reconcile().then(settle);
    }
    await reconcile();
    expect(sets().map(({ spec }) => spec.template?.spec?.containers[0]?.image)).toEqual(['three', 'four']);
    await run.stop();
  });
});
