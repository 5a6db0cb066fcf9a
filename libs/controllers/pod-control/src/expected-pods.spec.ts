import { pods, replicasets } from '@keelson/api';
import { FakeClock, StatusError } from '@keelson/apimachinery';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { ExpectedPods } from './expected-pods';

const KEY = 'ns/web';
const draft = { metadata: { namespace: 'ns', generateName: 'web-' }, spec: { containers: [] } };
const { signal } = new AbortController();
const refusal = () => StatusError.forbidden({ group: '', resource: 'pods' }, 'web', 'exceeded quota');

function given() {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const owner = api.add(replicasets, { metadata: { namespace: 'ns', name: 'web' }, spec: { selector: {} } });
  const writes = new ExpectedPods({ client: api, clock, recorder: { event: () => undefined } });
  const addPod = (name: string) => api.add(pods, { metadata: { namespace: 'ns', name }, spec: { containers: [] } });
  return { api, owner, writes, addPod };
}

describe('ExpectedPods', () => {
  it('waits for each pod that it made, and for none that it could not make', async () => {
    const { api, owner, writes } = given();
    let made = 0;
    api.react(({ verb }) => {
      if (verb === 'create' && (made += 1) > 2) throw refusal();
    });
    const { created, error } = await writes.create(owner, [draft, draft, draft, draft, draft], signal);
    expect({ created, message: error?.message }).toMatchObject({
      created: 2,
      message: expect.stringContaining('exceeded quota') as string,
    });
    expect(writes.seen(KEY)).toBe(false);
    writes.expectations.creationSeen(KEY);
    writes.expectations.creationSeen(KEY);
    expect(writes.seen(KEY)).toBe(true);
  });

  it('waits for each pod that it deleted, and for none that was gone or could not be', async () => {
    const { api, owner, writes, addPod } = given();
    const [going, gone, kept] = ['going', 'gone', 'kept'].map(addPod);
    if (going === undefined || gone === undefined || kept === undefined) throw new Error('there are three pods');
    api.remove(pods, gone.metadata);
    api.react(({ name, verb }) => {
      if (verb === 'delete' && name === 'kept') throw refusal();
    });
    const { deleted, error } = await writes.delete(owner, [going, gone, kept], signal);
    expect(deleted.map(({ metadata }) => metadata.name)).toEqual(['going', 'gone']);
    expect(error?.message).toContain('exceeded quota');
    expect(writes.seen(KEY)).toBe(false);
    writes.expectations.deletionSeen(KEY, going.metadata.uid);
    expect(writes.seen(KEY)).toBe(true);
  });
});
