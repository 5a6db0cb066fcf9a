import { FakeClock, StatusError } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { Pod, PodStatus } from '@keelson/api';
import { TransportError } from '@keelson/client';
import { FakeApi } from '../testing/fake-api';
import { pod } from '../testing/fixtures';
import { StatusManager } from './status-manager';
import { statusPatch } from './status-patch';

const running: PodStatus = {
  phase: 'Running',
  podIP: '10.0.0.5',
  podIPs: [{ ip: '10.0.0.5' }],
  conditions: [{ type: 'Ready', status: 'True' }],
};

describe('StatusManager', () => {
  let clock: FakeClock;
  let api: FakeApi;
  let manager: StatusManager;
  const stored = () => api.find<Pod>('pods', 'web');

  beforeEach(() => {
    clock = new FakeClock();
    api = new FakeApi();
    api.put('pods', pod());
    manager = new StatusManager({ client: api.client, clock, log: silentLogger, signal: new AbortController().signal });
  });

  it('tries again until a status is written', async () => {
    api.failures.push(new TransportError('refused'), StatusError.of('InternalError', 'etcd'));
    manager.set(stored()!, running);
    await clock.advance(4_000);
    expect(stored()?.status?.phase).toBe('Running');
    expect(api.requests).toHaveLength(3);
  });

  it('writes nothing when nothing has changed, and the newest of many changes', async () => {
    manager.set(stored()!, { phase: 'Pending', conditions: [] });
    manager.set(stored()!, running);
    await clock.advance(10);
    manager.set(stored()!, running);
    await clock.advance(10);
    expect(api.requests).toEqual(['patch pods web']);
  });

  it('deletes a released pod only after its last status has arrived', async () => {
    api.failures.push(new TransportError('refused'));
    manager.set(stored()!, { ...running, phase: 'Succeeded' });
    manager.release(stored()!);
    await clock.advance(500);
    expect(stored()).toBeDefined();
    await clock.advance(1_000);
    expect(api.requests).toEqual(['patch pods web', 'patch pods web', 'delete pods web grace=0']);
  });

  it('never writes to another pod of the same name', async () => {
    const old = stored()!;
    api.remove('pods', { namespace: 'default', name: 'web' });
    api.put('pods', pod({}, { uid: 'uid-2' }));
    manager.set(old, running);
    await clock.advance(60_000);
    expect(stored()?.status?.phase).toBe('Pending');
    expect(clock.pending).toBe(0);
  });

  it('writes a status again that someone else overwrote, but not for an event older than its own write', async () => {
    const before = stored()!;
    manager.set(before, running);
    await clock.advance(10);
    manager.observe(before);
    await clock.advance(10);
    expect(api.requests).toHaveLength(1);
    api.put('pods', { ...stored()!, status: { phase: 'Pending' } } as Pod);
    manager.observe(stored()!);
    await clock.advance(10);
    expect(stored()?.status?.phase).toBe('Running');
  });
});

describe('statusPatch', () => {
  it('leaves conditions of others alone and replaces lists that would be merged', () => {
    const current = {
      phase: 'Pending',
      podIPs: [{ ip: '10.0.0.1' }],
      reason: 'Old',
      conditions: [{ type: 'example.com/ok', status: 'True' }],
    };
    expect(statusPatch(current, running)).toEqual({
      phase: 'Running',
      reason: null,
      podIP: '10.0.0.5',
      podIPs: [{ $patch: 'replace' }, { ip: '10.0.0.5' }],
      conditions: [{ type: 'Ready', status: 'True', reason: null, message: null }],
    });
  });
});
