import type { FakeClock, KubernetesObject, ObjectKey, Resource } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { Controller, ReconcileAgain } from '../controller';
import type { EventRecorder } from '../event-recorder';
import type { Informer } from '../informer';
import { InformerFactory } from '../informer-factory';
import { QueueWatches } from '../queue-watches';
import { WorkQueue } from '../work-queue';
import type { FakeApi } from './fake-api';

/** What a controller under test is made of. */
export interface TestDeps {
  readonly client: FakeApi;
  readonly informer: <T extends KubernetesObject>(resource: Resource<T>) => Informer<T>;
  readonly recorder: EventRecorder;
  readonly clock: FakeClock;
}

/** A controller with its caches in step with a {@link FakeApi}, driven by hand. */
export interface TestController {
  /** Lets the caches catch up, reconciles `key` once, and lets them catch up again. */
  reconcile(key: ObjectKey): Promise<ReconcileAgain | undefined>;
  /** The keys that changes have woken since last asked, in order, each once. */
  woken(): Promise<ObjectKey[]>;
  /** `Normal SuccessfulCreate Created pod: web-1`, in order. */
  readonly events: string[];
  stop(): Promise<void>;
}

/** Informers over `api`, synced already for the resources given; they follow until `signal` aborts. */
export async function testInformers(
  api: FakeApi,
  { clock, signal, resources = [] }: { clock: FakeClock; signal: AbortSignal; resources?: readonly Resource[] },
): Promise<InformerFactory> {
  const factory = new InformerFactory({ client: api, clock, log: silentLogger, random: () => 0 });
  const informers = resources.map((resource) => factory.informer(resource));
  factory.start(signal);
  await Promise.all(informers.map(({ synced }) => synced));
  return factory;
}

/** Makes the controller of `create` and syncs its caches. */
export async function testController(
  { api, clock }: { readonly api: FakeApi; readonly clock: FakeClock },
  create: (deps: TestDeps) => Controller,
): Promise<TestController> {
  const abort = new AbortController();
  const { signal } = abort;
  const factory = await testInformers(api, { clock, signal });
  const events: string[] = [];
  const recorder: EventRecorder = { event: (_object, type, reason, message) => void events.push(`${type} ${reason} ${message}`) };
  const controller = create({ client: api, informer: (resource) => factory.informer(resource), recorder, clock });
  const queue = new WorkQueue({ clock });
  const watches = new QueueWatches(queue, clock);
  controller.watches(watches);
  await watches.synced(signal);
  const catchUp = (): Promise<void> => clock.advance(0);
  return {
    events,
    async reconcile(key) {
      await catchUp();
      const again = await controller.reconcile(key, signal);
      await catchUp();
      return again;
    },
    async woken() {
      await catchUp();
      const keys: ObjectKey[] = [];
      while (queue.length > 0) {
        const key = await queue.get();
        if (key === undefined) break;
        keys.push(key);
        queue.done(key);
      }
      return keys;
    },
    async stop() {
      watches.close();
      queue.shutDown();
      abort.abort();
      await factory.stopped();
    },
  };
}
