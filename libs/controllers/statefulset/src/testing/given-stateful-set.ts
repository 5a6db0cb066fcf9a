import {
  controllerrevisions,
  persistentvolumeclaims,
  pods,
  statefulsets,
  type Pod,
  type StatefulSet,
  type StatefulSetSpec,
} from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { StatefulSetController } from '../statefulset-controller';

export const START = '2026-01-01T00:00:00Z';
export const labels = { app: 'db' };

/** What the server would have made of a StatefulSet named `ns/db`. */
const db = (spec: Partial<StatefulSetSpec>): Draft<StatefulSet> => ({
  metadata: { name: 'db', namespace: 'ns', generation: 1 },
  spec: {
    replicas: 3,
    serviceName: 'dbs',
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    selector: { matchLabels: labels },
    template: template('one'),
    ...spec,
  },
});

export const template = (image: string): StatefulSetSpec['template'] => ({
  metadata: { labels } as never,
  spec: { containers: [{ name: 'c', image }] },
});

export const claimTemplate = { metadata: { name: 'data' } as never, spec: { accessModes: ['ReadWriteOnce'] } };

/** A StatefulSet with its controller, and hands to drive them. */
export async function givenStatefulSet(spec: Partial<StatefulSetSpec> = {}) {
  const clock = new FakeClock(START);
  const api = new FakeApi({ clock });
  const set = api.add(statefulsets, db(spec));
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    const informers = { sets: informer(statefulsets), pods: informer(pods), claims: informer(persistentvolumeclaims) };
    return new StatefulSetController({ client, ...informers, revisions: informer(controllerrevisions), recorder, clock });
  });
  const named = (name: string) => ({ namespace: 'ns', name });
  /** Gives a pod a phase, and whether it is ready; since now. */
  const report = (name: string, phase = 'Running', ready = true) =>
    api.change(pods, named(name), (pod: Pod) => {
      const lastTransitionTime = new Date(clock.now()).toISOString();
      pod.status = { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }] };
    });
  const names = () => api.all(pods).map(({ metadata }) => metadata.name);
  const reconcile = () => run.reconcile('ns/db');
  return {
    api,
    clock,
    run,
    set,
    report,
    names,
    reconcile,
    /** Reconciles until nothing changes any more, and lets every pod that is made run at once. */
    settle: async () => {
      for (let before = ''; before !== JSON.stringify([names(), status()]);) {
        before = JSON.stringify([names(), status()]);
        await reconcile();
        for (const pod of api.all(pods)) if (pod.status === undefined) report(pod.metadata.name);
      }
    },
    change: (to: Partial<StatefulSetSpec>) => api.change(statefulsets, named('db'), ({ spec: of }) => Object.assign(of, to)),
    images: () => api.all(pods).map((pod) => pod.spec.containers[0]?.image),
    revisions: () => api.all(controllerrevisions).sort((a, b) => a.revision - b.revision),
    status,
  };

  function status() {
    return api.all(statefulsets)[0]?.status;
  }
}
