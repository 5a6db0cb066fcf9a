import type { Namespace, Node, Pod } from '@keelson/api';
import { FakeClock, StatusError, objectKey, type KubernetesObject } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { createMetricsRegistry, silentLogger, versionInfo } from '@keelson/component-base';
import type { CacheEvent, Informer } from '@keelson/controller-runtime';
import { DEFAULT_SCHEDULER_CONFIG, type SchedulerConfig } from './config/scheduler-config';
import { Scheduler } from './scheduler';
import { testNode, testPod } from './testing/objects';

const settled = async () => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
};

class FakeInformer<T extends KubernetesObject> {
  readonly objects = new Map<string, T>();
  readonly synced = Promise.resolve();
  #listener: (event: CacheEvent<T>) => void = () => undefined;

  get = (key: string) => this.objects.get(key);

  subscribe = (listener: (event: CacheEvent<T>) => void) => {
    this.#listener = listener;
    for (const object of this.objects.values()) listener({ type: 'add', object } as CacheEvent<T>);
    return () => (this.#listener = () => undefined);
  };

  set(object: T): void {
    const key = objectKey(object.metadata);
    const previous = this.objects.get(key);
    this.objects.set(key, object);
    this.#listener((previous === undefined ? { type: 'add', object } : { type: 'update', object, previous }) as CacheEvent<T>);
  }

  delete(object: T): void {
    this.objects.delete(objectKey(object.metadata));
    this.#listener({ type: 'delete', object } as CacheEvent<T>);
  }
}

async function start(config: SchedulerConfig = DEFAULT_SCHEDULER_CONFIG) {
  const pods = new FakeInformer<Pod>();
  const nodes = new FakeInformer<Node>();
  const namespaces = new FakeInformer<Namespace>();
  const metrics = createMetricsRegistry(process, versionInfo(process));
  const clock = new FakeClock();
  const abort = new AbortController();
  const events: string[] = [];
  const bindings: { pod: string; node: string; answer: (error?: Error) => void }[] = [];
  const patches: unknown[] = [];
  const resource = {
    createSubresource: ({ name }: { name: string }, _subresource: string, body: { target: { name: string } }) =>
      new Promise<void>((resolve, reject) => {
        const answer = (error?: Error) => (error === undefined ? resolve() : reject(error));
        bindings.push({ pod: name, node: body.target.name, answer });
      }),
    patch: async (_name: unknown, { patch }: { patch: unknown }) => void patches.push(patch),
  };
  nodes.set(testNode('n'));
  const scheduler = new Scheduler({
    client: { resource: () => resource } as unknown as ApiClient,
    pods: pods as unknown as Informer<Pod>,
    nodes: nodes as unknown as Informer<Node>,
    namespaces: namespaces as unknown as Informer<Namespace>,
    metrics,
    events: { recorderFor: () => ({ record: (_pod, { type, reason, note }) => void events.push(`${type} ${reason}: ${note}`) }) },
    clock,
    log: silentLogger,
    random: () => 0,
    ...config,
  });
  const running = scheduler.run(abort.signal);
  await settled();
  const stop = async () => {
    abort.abort();
    await running;
    expect(clock.pending).toBe(0);
  };
  return { pods, nodes, namespaces, metrics, clock, events, bindings, patches, stop };
}

describe('Scheduler', () => {
  it('binds a pod, counts it before the answer comes, and says so', async () => {
    const { pods, bindings, events, patches, stop } = await start();
    pods.set(testPod('a', {}, { cpu: '3' }));
    const waiting = testPod('b', {}, { cpu: '3' });
    pods.set({ ...waiting, metadata: { ...waiting.metadata, generation: 1 } });
    await settled();
    expect(bindings.map(({ pod, node }) => [pod, node])).toEqual([['a', 'n']]);
    bindings[0]!.answer();
    await settled();
    expect(events).toEqual([
      'Warning FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.',
      'Normal Scheduled: Successfully assigned default/a to n',
    ]);
    expect(patches).toMatchObject([
      { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', observedGeneration: 1 }] } },
    ]);
    await stop();
  });

  it('gives the room back when a binding fails, and tries the pod again after its back-off', async () => {
    const { pods, bindings, clock, stop } = await start();
    pods.set(testPod('a', {}, { cpu: '3' }));
    await settled();
    bindings[0]!.answer(new Error('connection reset'));
    await settled();
    await clock.advance(1000);
    await settled();
    expect(bindings.map(({ pod }) => pod)).toEqual(['a', 'a']);
    await stop();
  });

  it('leaves a pod alone that another scheduler bound first', async () => {
    const { pods, bindings, events, clock, stop } = await start();
    pods.set(testPod('a'));
    await settled();
    pods.set(testPod('a', { nodeName: 'n' }));
    bindings[0]!.answer(StatusError.conflict({ group: '', resource: 'pods' }, 'a', 'pod a is already assigned to node "n"'));
    await clock.advance(60_000);
    await settled();
    expect(bindings).toHaveLength(1);
    expect(events).toEqual([]);
    await stop();
  });

  it('gives the room of a pod that is deleted while it is being bound to the next', async () => {
    const { pods, bindings, clock, stop } = await start();
    const pod = testPod('a', {}, { cpu: '3' });
    pods.set(pod);
    pods.set(testPod('b', {}, { cpu: '3' }));
    await settled();
    bindings[0]!.answer(StatusError.notFound({ group: '', resource: 'pods' }, 'a'));
    pods.delete(pod);
    await settled();
    await clock.advance(1000);
    await settled();
    expect(bindings.map(({ pod: name }) => name)).toEqual(['a', 'b']);
    await stop();
  });

  it('does not try a pod again because of the condition that it wrote itself', async () => {
    const { pods, events, clock, stop } = await start();
    const pod = testPod('a', {}, { cpu: '9' });
    pods.set(pod);
    await settled();
    pods.set({ ...pod, status: { conditions: [{ type: 'PodScheduled', status: 'False' }] } });
    await clock.advance(60_000);
    await settled();
    expect(events).toHaveLength(1);
    await stop();
  });

  it('schedules the pods of every profile by its own plugins, and leaves those of other schedulers alone', async () => {
    const packing = {
      schedulerName: 'packing',
      plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] } },
      pluginArgs: { NodeResourcesFit: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } } },
    } as const;
    const { pods, nodes, bindings, stop } = await start({
      ...DEFAULT_SCHEDULER_CONFIG,
      profiles: [...DEFAULT_SCHEDULER_CONFIG.profiles, packing],
    });
    nodes.set(testNode('m'));
    pods.set(testPod('running', { nodeName: 'n' }, { cpu: '1' }));
    pods.set(testPod('spread', {}, { cpu: '1' }));
    pods.set(testPod('packed', { schedulerName: 'packing' }, { cpu: '2' }));
    pods.set(testPod('foreign', { schedulerName: 'other' }));
    await settled();
    expect(bindings.map(({ pod, node }) => [pod, node])).toEqual([
      ['spread', 'm'],
      ['packed', 'n'],
    ]);
    await stop();
  });

  it("keeps to a namespace's labels as they are now", async () => {
    const { pods, nodes, namespaces, bindings, stop } = await start();
    nodes.set(testNode('n', {}, {}, { zone: 'a' }));
    const team = (labels: Record<string, string>): Namespace => ({ ...testNode('default', {}, {}, labels), spec: {}, status: {} });
    const term = { topologyKey: 'zone', labelSelector: {}, namespaceSelector: { matchLabels: { team: 'x' } } };
    const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    pods.set(testPod('running', { nodeName: 'n' }));
    namespaces.set(team({ team: 'x' }));
    pods.set(testPod('kept-away', apart));
    await settled();
    expect(bindings).toEqual([]);
    namespaces.set(team({}));
    pods.set(testPod('let-in', apart));
    await settled();
    expect(bindings.map(({ pod }) => pod)).toEqual(['let-in']);
    await stop();
  });

  it('counts attempts, waiting pods and how they came to wait', async () => {
    const { pods, metrics, bindings, stop } = await start();
    pods.set(testPod('a', {}, { cpu: '3' }));
    pods.set(testPod('b', {}, { cpu: '3' }));
    pods.set(testPod('gated', { schedulingGates: [{ name: 'example.com/g' }] }));
    await settled();
    bindings[0]!.answer();
    await settled();
    const lines = (await metrics.metrics()).split('\n');
    for (const line of [
      'scheduler_schedule_attempts_total{result="scheduled",profile="default-scheduler"} 1',
      'scheduler_schedule_attempts_total{result="unschedulable",profile="default-scheduler"} 1',
      'scheduler_scheduling_attempt_duration_seconds_count{result="scheduled",profile="default-scheduler"} 1',
      'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="1"} 1',
      'scheduler_pending_pods{queue="unschedulable"} 1',
      'scheduler_pending_pods{queue="gated"} 1',
      'scheduler_queue_incoming_pods_total{queue="active",event="UnschedulablePodAdd"} 2',
      'scheduler_framework_extension_point_duration_seconds_count{extension_point="Filter",status="Unschedulable",profile="default-scheduler"} 1',
      'scheduler_plugin_evaluation_total{plugin="NodeResourcesFit",extension_point="Filter",profile="default-scheduler"} 2',
      'scheduler_cache_size{type="assumed_pods"} 1',
    ])
      expect(lines).toContain(line);
    await stop();
  });

  it('looks at a change that came while the pod was taken to be bound, once the binding failed', async () => {
    const { pods, nodes, bindings, clock, stop } = await start();
    pods.set(testPod('a'));
    await settled();
    nodes.set(testNode('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }));
    pods.set(testPod('a', { tolerations: [{ operator: 'Exists' }] }));
    bindings[0]!.answer(new Error('connection reset'));
    await settled();
    await clock.advance(1000);
    await settled();
    expect(bindings).toHaveLength(2);
    await stop();
  });
});
