import type { Node, Pod } from '@keelson/api';
import { FakeClock, StatusError, objectKey, type KubernetesObject } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { silentLogger } from '@keelson/component-base';
import type { CacheEvent, Informer } from '@keelson/controller-runtime';
import { defaultPlugins } from './plugins/default-plugins';
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

async function start() {
  const pods = new FakeInformer<Pod>();
  const nodes = new FakeInformer<Node>();
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
    recorder: { event: (_object, type, reason, message) => void events.push(`${type} ${reason}: ${message}`) },
    clock,
    log: silentLogger,
    random: () => 0,
    plugins: defaultPlugins(),
    schedulerName: 'default-scheduler',
  });
  const running = scheduler.run(abort.signal);
  await settled();
  const stop = async () => {
    abort.abort();
    await running;
    expect(clock.pending).toBe(0);
  };
  return { pods, nodes, clock, events, bindings, patches, stop };
}

describe('Scheduler', () => {
  it('binds a pod, counts it before the answer comes, and says so', async () => {
    const { pods, bindings, events, patches, stop } = await start();
    pods.set(testPod('a', {}, { cpu: '3' }));
    pods.set(testPod('b', {}, { cpu: '3' }));
    await settled();
    expect(bindings.map(({ pod, node }) => [pod, node])).toEqual([['a', 'n']]);
    bindings[0]!.answer();
    await settled();
    expect(events).toEqual([
      'Warning FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.',
      'Normal Scheduled: Successfully assigned default/a to n',
    ]);
    expect(patches).toMatchObject([{ status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] } }]);
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
});
