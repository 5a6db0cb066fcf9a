import { FakeClock } from '@keelson/apimachinery';
import type { WatchEvent } from '@keelson/client';
import type { ConfigMap } from '@keelson/api';
import { AsyncQueue } from '../server/async-queue';
import { container, pod } from '../testing/fixtures';
import { ReferencedObjects } from './referenced-objects';

const map = (version: string, value: string): ConfigMap => ({
  metadata: { name: 'map', namespace: 'default', uid: 'm', resourceVersion: version, creationTimestamp: '' },
  data: { key: value },
});

describe('ReferencedObjects', () => {
  let clock: FakeClock;
  let stored: ConfigMap | undefined;
  let asked: string[];
  let watch: AsyncQueue<WatchEvent<ConfigMap>>;
  let watching: AbortSignal | undefined;
  let changed: string[];
  let listFailure: Error | undefined;
  let objects: ReferencedObjects;
  const referring = (uid: string) => pod({ containers: [container('web', { envFrom: [{ configMapRef: { name: 'map' } }] })] }, { uid });

  beforeEach(() => {
    clock = new FakeClock();
    stored = map('1', 'a');
    asked = [];
    watch = new AsyncQueue();
    changed = [];
    listFailure = undefined;
    const client = {
      resource: ({ resource }: { resource: string }) => ({
        list: ({ fieldSelector }: { fieldSelector: string }) => {
          asked.push(`${resource} ${fieldSelector}`);
          return listFailure === undefined
            ? Promise.resolve({ items: stored === undefined ? [] : [stored], resourceVersion: '1' })
            : Promise.reject(listFailure);
        },
        watch: ({ signal }: { signal: AbortSignal }) => {
          watching = signal;
          return watch;
        },
      }),
    };
    objects = new ReferencedObjects({
      client: client as never,
      clock,
      onChange: (uid) => changed.push(uid),
      signal: new AbortController().signal,
    });
  });

  it('watches one object by name, once for all pods that refer to it', async () => {
    objects.register(referring('one'));
    objects.register(referring('two'));
    expect((await objects.configMap('default', 'map')).data).toEqual({ key: 'a' });
    expect(asked).toEqual(['configmaps metadata.name=map']);
  });

  it('tells every pod of a change, and answers with it', async () => {
    objects.register(referring('one'));
    objects.register(referring('two'));
    await objects.configMap('default', 'map');
    watch.push({ type: 'MODIFIED', object: map('2', 'b') });
    await clock.advance(0);
    expect(changed).toEqual(['one', 'two']);
    expect((await objects.configMap('default', 'map')).data).toEqual({ key: 'b' });
    watch.push({ type: 'DELETED', object: map('3', 'b') });
    await clock.advance(0);
    await expect(objects.configMap('default', 'map')).rejects.toMatchObject({ reason: 'NotFound', message: 'configmap "map" not found' });
  });

  it('stops watching with the last pod that refers to it', async () => {
    objects.register(referring('one'));
    objects.register(referring('two'));
    await objects.configMap('default', 'map');
    objects.unregister('one');
    expect(watching?.aborted).toBe(false);
    objects.register(pod({}, { uid: 'two' }));
    expect(watching?.aborted).toBe(true);
  });

  it('rejects while the server can not be asked, and wakes the pod when it can', async () => {
    listFailure = new Error('refused');
    objects.register(referring('one'));
    await expect(objects.configMap('default', 'map')).rejects.toThrow('refused');
    listFailure = undefined;
    await clock.advance(1_000);
    expect((await objects.configMap('default', 'map')).data).toEqual({ key: 'a' });
    expect(changed).toEqual(['one']);
  });
});
