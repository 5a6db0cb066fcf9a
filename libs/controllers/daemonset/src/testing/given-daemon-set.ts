import {
  controllerrevisions,
  daemonsets,
  nodes,
  pods,
  type DaemonSet,
  type DaemonSetSpec,
  type Node,
  type Pod,
  type PodSpec,
  type Taint,
} from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { nodeOf } from '../daemon-pods';
import { DaemonSetController } from '../daemonset-controller';

export const labels = { app: 'agent' };

export const template = (image: string, spec: Partial<PodSpec> = {}): DaemonSetSpec['template'] => ({
  metadata: { labels } as never,
  spec: { containers: [{ name: 'c', image }], ...spec },
});

/** What the server would have made of a DaemonSet named `ns/agent`. */
const agent = (spec: Partial<DaemonSetSpec>): Draft<DaemonSet> => ({
  metadata: { name: 'agent', namespace: 'ns', generation: 1 },
  spec: {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    revisionHistoryLimit: 10,
    selector: { matchLabels: labels },
    template: template('one'),
    ...spec,
  },
});

export const node = (name: string, taints: Taint[] = []): Draft<Node> => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  spec: { taints },
});

/** A DaemonSet on nodes `a`, `b` and `c` with its controller, and hands to drive them. */
export async function givenDaemonSet(spec: Partial<DaemonSetSpec> = {}, nodeNames: readonly string[] = ['a', 'b', 'c']) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  const daemonSet = api.add(daemonsets, agent(spec));
  for (const name of nodeNames) api.add(nodes, node(name));
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    const informers = {
      daemonSets: informer(daemonsets),
      pods: informer(pods),
      nodes: informer(nodes),
      revisions: informer(controllerrevisions),
    };
    return new DaemonSetController({ client, ...informers, recorder, clock });
  });
  const on = (name: string) => api.all(pods).filter((pod) => nodeOf(pod) === name);
  /** Binds a pod, as the scheduler would, and gives it a phase. */
  const report = (pod: Pod | undefined, phase = 'Running', ready = true) => {
    if (pod === undefined) throw new Error('there is no such pod');
    return api.change(pods, pod.metadata, (each) => {
      const lastTransitionTime = new Date(clock.now()).toISOString();
      each.spec.nodeName = nodeOf(pod) ?? '';
      each.status = { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }] };
    });
  };
  const reconcile = () => run.reconcile('ns/agent');
  const runAll = () => {
    for (const pod of api.all(pods)) if (pod.status === undefined) report(pod);
  };
  return {
    api,
    clock,
    daemonSet,
    run,
    on,
    report,
    reconcile,
    runAll,
    /** Reconciles until all is as wanted; every pod that is made runs at once. */
    settle: async () => {
      for (let before = ''; before !== JSON.stringify(api.all(pods));) {
        before = JSON.stringify(api.all(pods));
        await reconcile();
        runAll();
      }
      await reconcile();
    },
    change: (to: Partial<DaemonSetSpec>) =>
      api.change(daemonsets, { namespace: 'ns', name: 'agent' }, (each) => Object.assign(each.spec, to)),
    taint: (name: string, ...taints: Taint[]) => api.change(nodes, { name }, (each) => (each.spec.taints = taints)),
    /** The images that run on each node: `a: one`. */
    images: () =>
      nodeNames.map(
        (name) =>
          `${name}: ${on(name)
            .map((pod) => pod.spec.containers[0]?.image ?? '')
            .join(' ')}`,
      ),
    status: () => api.all(daemonsets)[0]?.status,
    revisions: () =>
      api
        .all(controllerrevisions)
        .map(({ revision }) => revision)
        .sort(),
  };
}
