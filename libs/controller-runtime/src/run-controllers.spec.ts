import { FakeClock, type ObjectKey } from '@keelson/apimachinery';
import { configmaps } from '@keelson/api';
import { silentLogger } from '@keelson/component-base';
import type { Controller, ReconcileAgain } from './controller';
import { runControllers } from './run-controllers';
import { FakeApi, testInformers } from './testing';

async function running(reconcile: (key: ObjectKey, call: number) => Promise<ReconcileAgain | undefined>) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const abort = new AbortController();
  const factory = await testInformers(api, { clock, signal: abort.signal });
  const calls: string[] = [];
  const controller: Controller = {
    name: 'test',
    watches: (watch) => watch.for(factory.informer(configmaps)),
    reconcile(key) {
      calls.push(`${key} at ${clock.now() - start}`);
      return reconcile(key, calls.length);
    },
  };
  const start = clock.now();
  const run = runControllers([controller], { clock, log: silentLogger, signal: abort.signal });
  const stop = async () => {
    abort.abort();
    await run;
  };
  return { api, clock, calls, stop };
}

describe('runControllers', () => {
  it('reconciles what changes, and what failed again with back-off', async () => {
    const { api, clock, calls, stop } = await running(async (_key, call) => {
      if (call <= 2) throw new Error('not yet');
      return undefined;
    });
    api.add(configmaps, { metadata: { name: 'a', namespace: 'ns' } });
    await clock.advance(1000);
    expect(calls).toEqual(['ns/a at 0', 'ns/a at 5', 'ns/a at 15']);
    await stop();
    expect(clock.pending).toBe(0);
  });

  it('calls again after the time that a controller asks for', async () => {
    const { api, clock, calls, stop } = await running(async (_key, call) => (call === 1 ? { requeueAfter: 300 } : undefined));
    api.add(configmaps, { metadata: { name: 'a', namespace: 'ns' } });
    await clock.advance(1000);
    expect(calls).toEqual(['ns/a at 0', 'ns/a at 300']);
    await stop();
  });

  it('never works on one key twice at once, and ends only when the work under way has', async () => {
    const gate = Promise.withResolvers<undefined>();
    const { api, clock, calls, stop } = await running(() => gate.promise);
    api.add(configmaps, { metadata: { name: 'a', namespace: 'ns' } });
    await clock.advance(0);
    api.change(configmaps, { namespace: 'ns', name: 'a' }, (object) => (object.data = {}));
    await clock.advance(0);
    expect(calls).toEqual(['ns/a at 0']);
    let ended = false;
    const stopped = stop().then(() => (ended = true));
    await clock.advance(0);
    expect(ended).toBe(false);
    gate.resolve(undefined);
    await stopped;
    expect(calls).toHaveLength(1);
  });
});
