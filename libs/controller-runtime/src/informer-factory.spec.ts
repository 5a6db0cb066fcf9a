import { FakeClock, StatusError, type KubernetesObject } from '@keelson/apimachinery';
import { configmaps, type ConfigMap } from '@keelson/api';
import type { ApiClient, ListResult, ResourceClient, WatchEvent, WatchOptions } from '@keelson/client';
import { silentLogger } from '@keelson/component-base';
import { dropManagedFields, InformerFactory } from './informer-factory';
import { FakeApi } from './testing';

const draft = (name: string, namespace = 'ns') => ({ metadata: { name, namespace } });

function factoryOver(client: ApiClient, clock: FakeClock) {
  const abort = new AbortController();
  const factory = new InformerFactory({ client, clock, log: silentLogger, random: () => 0, transform: dropManagedFields });
  return { factory, abort };
}

/** Answers lists and watches as the test says, and keeps what was asked. */
function scriptedClient(script: {
  list?: () => ListResult<ConfigMap>;
  watch: (options: WatchOptions, call: number) => AsyncIterable<WatchEvent<ConfigMap>>;
}) {
  const asked: string[] = [];
  let watches = 0;
  const resource = {
    async list({ resourceVersion = '' }: WatchOptions) {
      asked.push(`list ${resourceVersion}`);
      return script.list!();
    },
    watch(options: WatchOptions) {
      asked.push(`${options.sendInitialEvents === true ? 'stream' : 'watch'} ${options.resourceVersion ?? ''}`);
      return script.watch(options, (watches += 1));
    },
  } as unknown as ResourceClient<ConfigMap>;
  const client = { resource: <T extends KubernetesObject>() => resource as unknown as ResourceClient<T> } as unknown as ApiClient;
  return { client, asked };
}

async function* untilAborted(signal: AbortSignal | undefined, ...events: WatchEvent<ConfigMap>[]): AsyncGenerator<WatchEvent<ConfigMap>> {
  yield* events;
  if (signal?.aborted !== true) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
}

const configMap = (name: string, resourceVersion: string, uid = name): ConfigMap => ({
  metadata: { name, namespace: 'ns', uid, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' },
});

describe('an informer', () => {
  it('follows its resource and shares one copy among all who ask for it', async () => {
    const clock = new FakeClock();
    const api = new FakeApi({ clock });
    api.add(configmaps, draft('a'));
    const { factory, abort } = factoryOver(api, clock);
    const informer = factory.informer(configmaps);
    expect(factory.informer(configmaps)).toBe(informer);
    expect(factory.informer(configmaps, { namespace: 'ns' })).not.toBe(informer);
    const seen: string[] = [];
    informer.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
    factory.start(abort.signal);
    await informer.synced;
    api.add(configmaps, draft('b', 'other'));
    api.change(configmaps, { namespace: 'ns', name: 'a' }, (object) => (object.data = { x: 'y' }));
    api.remove(configmaps, { namespace: 'ns', name: 'a' });
    await clock.advance(0);
    expect(seen).toEqual(['add a', 'add b', 'update a', 'delete a']);
    expect(informer.list('other').map(({ metadata }) => metadata.name)).toEqual(['b']);
    abort.abort();
    await factory.stopped();
  });

  it.each([
    ['an answer', StatusError.badRequest('sendInitialEvents is forbidden')],
    ['an event', StatusError.of('InternalError', 'the required storage feature RequestWatchProgress is disabled')],
  ])(
    'asks for a plain list when the server refuses to stream one with %s, and resumes a watch from the last bookmark',
    async (_, refusal) => {
      const clock = new FakeClock();
      const { client, asked } = scriptedClient({
        list: () => ({ items: [configMap('a', '5')], resourceVersion: '7' }),
        async *watch({ signal, sendInitialEvents }, call) {
          if (sendInitialEvents === true) throw refusal;
          if (call === 2) yield { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: false };
          else yield* untilAborted(signal);
        },
      });
      const { factory, abort } = factoryOver(client, clock);
      const informer = factory.informer(configmaps);
      factory.start(abort.signal);
      await informer.synced;
      await clock.advance(0);
      expect(asked).toEqual(['stream ', 'list 0', 'watch 7', 'watch 9']);
      abort.abort();
      await factory.stopped();
    },
  );

  it('lists again when its version is gone, after a pause, and reports what vanished meanwhile', async () => {
    const clock = new FakeClock();
    const end: WatchEvent<ConfigMap> = { type: 'BOOKMARK', resourceVersion: '5', initialEventsEnd: true };
    const { client, asked } = scriptedClient({
      async *watch({ signal }, call) {
        if (call === 1) {
          yield { type: 'ADDED', object: configMap('a', '3') };
          yield { type: 'ADDED', object: configMap('b', '4') };
          yield end;
          throw StatusError.expired('too old resource version: 5 (9)');
        }
        // `b` was deleted and made again under its name, and `a` is gone.
        yield* untilAborted(signal, { type: 'ADDED', object: configMap('b', '8', 'second') }, { ...end, resourceVersion: '9' });
      },
    });
    const { factory, abort } = factoryOver(client, clock);
    const informer = factory.informer(configmaps);
    const seen: string[] = [];
    informer.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name} ${object.metadata.uid}`));
    factory.start(abort.signal);
    await clock.advance(799);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect(asked).toEqual(['stream ', 'stream 5']);
    expect(seen).toEqual(['add a a', 'add b b', 'delete a a', 'delete b b', 'add b second']);
    abort.abort();
    await factory.stopped();
    expect(clock.pending).toBe(0);
  });

  it('rejects `synced` when it is stopped before its first list', async () => {
    const clock = new FakeClock();
    const { client } = scriptedClient({ watch: ({ signal }) => untilAborted(signal) });
    const { factory, abort } = factoryOver(client, clock);
    const informer = factory.informer(configmaps);
    factory.start(abort.signal);
    abort.abort();
    await expect(informer.synced).rejects.toThrow('stopped before it synced');
  });
});
