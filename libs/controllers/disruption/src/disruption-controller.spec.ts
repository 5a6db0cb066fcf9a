import {
  deployments,
  poddisruptionbudgets,
  pods,
  replicasets,
  replicationcontrollers,
  statefulsets,
  type Pod,
  type PodDisruptionBudgetSpec,
} from '@keelson/api';
import { FakeClock, ownerReferenceTo, type OwnerReference } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { DisruptionController } from './disruption-controller';
import type { LookUpScale } from './look-up-scale';

const START = '2026-01-01T00:00:00Z';
const labels = { app: 'web' };
const template = { spec: { containers: [] } } as never;
const selector = { matchLabels: labels };
const CUSTOM: OwnerReference = { apiVersion: 'example.com/v1', kind: 'Web', name: 'w', uid: 'w-uid', controller: true };

async function given(spec: PodDisruptionBudgetSpec, lookUpScale: LookUpScale = () => Promise.resolve(undefined)) {
  const clock = new FakeClock(START);
  const api = new FakeApi({ clock });
  api.add(poddisruptionbudgets, { metadata: { namespace: 'ns', name: 'b', generation: 1 }, spec: { selector, ...spec } });
  const deployment = api.add(deployments, { metadata: { namespace: 'ns', name: 'web' }, spec: { replicas: 4, selector, template } });
  const setOf = (name: string, replicas: number) =>
    api.add(replicasets, {
      metadata: { namespace: 'ns', name, ownerReferences: [ownerReferenceTo(deployment, deployments)] },
      spec: { replicas, selector },
    });
  const owners = [setOf('old', 1), setOf('new', 4)].map((set) => ownerReferenceTo(set, replicasets));
  const addPod = (name: string, owner: OwnerReference | undefined = owners[0], { ready = true } = {}) =>
    api.add(pods, {
      metadata: { namespace: 'ns', name, labels, ownerReferences: owner === undefined ? [] : [owner] },
      spec: { containers: [] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
    });
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new DisruptionController({
      client,
      clock,
      recorder,
      lookUpScale,
      budgets: informer(poddisruptionbudgets),
      pods: informer(pods),
      deployments: informer(deployments),
      replicaSets: informer(replicasets),
      replicationControllers: informer(replicationcontrollers),
      statefulSets: informer(statefulsets),
    });
  });
  const status = () => api.all(poddisruptionbudgets)[0]?.status;
  const changePod = (name: string, change: (pod: Pod) => void) => api.change(pods, { namespace: 'ns', name }, change);
  return { api, clock, run, addPod, owners, status, changePod };
}

describe('the disruption controller', () => {
  it('lets as many healthy pods go as a budget has beyond its minimum, and tells so once', async () => {
    const { api, run, addPod, status } = await given({ minAvailable: 1 });
    for (const name of ['a', 'b', 'c']) addPod(name);
    addPod('unready', undefined, { ready: false });
    await run.reconcile('ns/b');
    expect(status()).toMatchObject({ currentHealthy: 3, desiredHealthy: 1, expectedPods: 4, disruptionsAllowed: 2, observedGeneration: 1 });
    expect(status()?.conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }]);
    await run.reconcile('ns/b');
    expect(api.writes).toHaveLength(1);
    await run.stop();
  });

  it.each([
    [{ maxUnavailable: 1 }, { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0 }],
    [{ maxUnavailable: '30%' }, { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 1 }],
    [{ minAvailable: '50%' }, { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 1 }],
  ])('takes %j as a part of what the deployment of all its sets wants', async (spec, wanted) => {
    const { run, addPod, owners, status } = await given(spec);
    addPod('a', owners[0]);
    addPod('b', owners[1]);
    addPod('c', owners[1]);
    await run.reconcile('ns/b');
    expect(status()).toMatchObject({ currentHealthy: 3, ...wanted });
    await run.stop();
  });

  it('allows nothing while no pod is there', async () => {
    const { run, status } = await given({ minAvailable: 0 });
    await run.reconcile('ns/b');
    expect(status()).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
    expect(run.events).toEqual(['Normal NoPods No matching pods found']);
    await run.stop();
  });

  it('asks for the scale of a kind that it does not know, and allows nothing when that fails', async () => {
    let answer = (): number => 10;
    const { run, addPod, status } = await given({ maxUnavailable: '95%' }, () => Promise.resolve().then(() => answer()));
    addPod('a', CUSTOM);
    addPod('b', CUSTOM);
    await run.reconcile('ns/b');
    expect(status()).toMatchObject({ expectedPods: 10, disruptionsAllowed: 2 });
    answer = () => {
      throw new Error('down');
    };
    await expect(run.reconcile('ns/b')).rejects.toThrow('down');
    expect(status()).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 2 });
    expect(status()?.conditions).toMatchObject([{ status: 'False', reason: 'SyncFailed', message: 'down' }]);
    await run.stop();
  });

  it('does not count an evicted pod as healthy until it has not been deleted for two minutes', async () => {
    const { api, clock, run, addPod, status } = await given({ minAvailable: 1 });
    addPod('a');
    addPod('b');
    api.change(
      poddisruptionbudgets,
      { namespace: 'ns', name: 'b' },
      (budget) => (budget.status = { disruptedPods: { a: START, gone: START } }),
    );
    expect(await run.reconcile('ns/b')).toEqual({ requeueAfter: 120_001 });
    expect(status()).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0, disruptedPods: { a: START } });
    await clock.advance(120_001);
    await run.reconcile('ns/b');
    expect(status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1 });
    expect(status()?.disruptedPods).toBeUndefined();
    expect(run.events).toEqual(["Warning NotDeleted Pod was expected by PDB ns/b to be deleted but it wasn't"]);
    await run.stop();
  });

  it('wakes the budget that a pod left by a change of its labels', async () => {
    const { run, addPod, changePod } = await given({ minAvailable: 1 });
    addPod('a');
    await run.woken();
    changePod('a', ({ metadata }) => (metadata.labels = {}));
    expect(await run.woken()).toEqual(['ns/b']);
    await run.stop();
  });

  it('warns of a pod that two budgets select, and of one whose controller cannot say how many there should be', async () => {
    const { api, run, addPod } = await given({ maxUnavailable: 1 });
    api.add(poddisruptionbudgets, { metadata: { namespace: 'ns', name: 'c' }, spec: { selector, maxUnavailable: 1 } });
    api.add(pods, { metadata: { namespace: 'ns', name: 'bare', labels }, spec: { containers: [] } });
    addPod('a');
    await run.woken();
    await run.reconcile('ns/b');
    expect(run.events).toContainEqual(
      'Warning MultiplePodDisruptionBudgets Pod "ns"/"bare" matches multiple PodDisruptionBudgets.  Chose "b" arbitrarily.',
    );
    expect(run.events.find((event) => event.startsWith('Warning UnmanagedPods'))).toContain(
      'Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: web,},',
    );
    await run.stop();
  });

  it('takes back the announcement of a disruption that has not come for two minutes', async () => {
    const { api, clock, run, addPod, changePod } = await given({ minAvailable: 1 });
    addPod('a');
    await run.woken();
    const announced = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: START };
    changePod('a', (pod) => pod.status?.conditions?.push(announced));
    const key = (await run.woken()).find((each) => each !== 'ns/b') ?? '';
    expect(await run.reconcile(key)).toEqual({ requeueAfter: 120_000 });
    await clock.advance(120_000);
    await run.reconcile(key);
    expect(api.all(pods)[0]?.status?.conditions).toMatchObject([{ type: 'Ready' }, { type: 'DisruptionTarget', status: 'False' }]);
    await run.stop();
  });
});
