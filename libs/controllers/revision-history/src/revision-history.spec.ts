import { controllerrevisions, statefulsets, type ControllerRevision, type PodTemplateSpec, type StatefulSet } from '@keelson/api';
import { FakeClock, ownerReferenceTo, StatusError, type Draft } from '@keelson/apimachinery';
import { FakeApi, testInformers } from '@keelson/controller-runtime/testing';
import { snapshotOf } from './revision-data';
import { RevisionHistory } from './revision-history';

const labels = { app: 'db' };
const template = (image: string): PodTemplateSpec => ({ metadata: { labels } as never, spec: { containers: [{ name: 'c', image }] } });
const other = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'other', uid: 'other', controller: true };

async function given(drafts: (owner: StatefulSet) => Draft<ControllerRevision>[] = () => []) {
  const abort = new AbortController();
  const { signal } = abort;
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  const owner = api.add(statefulsets, {
    metadata: { name: 'db', namespace: 'ns', annotations: { note: 'x' } },
    spec: { selector: { matchLabels: labels }, template: template('one') },
  });
  for (const draft of drafts(owner)) api.add(controllerrevisions, draft);
  const informers = await testInformers(api, { clock, signal, resources: [controllerrevisions] });
  const revisions = informers.informer(controllerrevisions);
  const history = new RevisionHistory({ client: api, revisions, ownerResource: statefulsets, hashLabel: 'hash' });
  const list = () => history.list(owner, { matchLabels: labels }, signal);
  return {
    api,
    history,
    owner,
    signal,
    list,
    newest: async (image: string) =>
      history.newest(owner, { template: template(image), collisionCount: 0, revisions: await list() }, signal),
    stop: async () => {
      abort.abort();
      await informers.stopped();
    },
  };
}

const revisionOf = (owner: StatefulSet | undefined, name: string, revision: number, image = name): Draft<ControllerRevision> => ({
  metadata: { name, namespace: 'ns', labels, ...(owner === undefined ? {} : { ownerReferences: [ownerReferenceTo(owner, statefulsets)] }) },
  data: snapshotOf(template(image)),
  revision,
});

describe('RevisionHistory', () => {
  it('lists the revisions of its owner by number, and adopts those that nobody has', async () => {
    const { api, list, stop } = await given((owner) => [
      revisionOf(owner, 'a', 10),
      revisionOf(undefined, 'b', 9),
      { ...revisionOf(undefined, 'c', 1), metadata: { name: 'c', namespace: 'ns', labels, ownerReferences: [other] } },
      { ...revisionOf(undefined, 'd', 1), metadata: { name: 'd', namespace: 'ns', labels: { app: 'web' } } },
    ]);
    expect((await list()).map(({ metadata }) => metadata.name)).toEqual(['b', 'a']);
    expect(api.all(controllerrevisions)[1]?.metadata.ownerReferences).toMatchObject([{ name: 'db', controller: true }]);
    await stop();
  });

  it('makes the first revision, with what tells it apart and what its owner is annotated with', async () => {
    const { api, newest, stop } = await given();
    const { revision } = await newest('one');
    expect(api.all(controllerrevisions)).toEqual([revision]);
    const { hash } = revision.metadata.labels ?? {};
    expect(revision).toMatchObject({
      metadata: { name: `db-${hash ?? ''}`, labels: { app: 'db' }, annotations: { note: 'x' }, ownerReferences: [{ name: 'db' }] },
      revision: 1,
    });
    await stop();
  });

  it('knows a template again that only lacks empty fields, and writes nothing then', async () => {
    const { api, newest, stop } = await given((owner) => [
      {
        ...revisionOf(owner, 'a', 1),
        data: snapshotOf({
          metadata: { labels, creationTimestamp: null } as never,
          spec: { containers: [{ name: 'c', image: 'one', resources: {} }] },
        }),
      },
    ]);
    expect((await newest('one')).revision.metadata.name).toBe('a');
    expect(api.writes).toEqual([]);
    await stop();
  });

  it('numbers an old revision anew instead of repeating it', async () => {
    const { api, newest, stop } = await given((owner) => [revisionOf(owner, 'a', 1, 'one'), revisionOf(owner, 'b', 2, 'two')]);
    expect((await newest('one')).revision).toMatchObject({ metadata: { name: 'a' }, revision: 3 });
    expect(api.writes.map(({ verb, name }) => `${verb} ${name ?? ''}`)).toEqual(['patch a']);
    await stop();
  });

  it('finds the revision that it made and does not see yet', async () => {
    const { api, history, newest, owner, signal, stop } = await given();
    const { revision } = await newest('one');
    const again = await history.newest(owner, { template: template('one'), collisionCount: 0, revisions: [] }, signal);
    expect(again.revision.metadata.uid).toBe(revision.metadata.uid);
    expect(api.all(controllerrevisions)).toHaveLength(1);
    await stop();
  });

  it('takes another name where one is taken, by other data or by the revision of another', async () => {
    const { api, history, newest, owner, signal, stop } = await given();
    const { revision } = await newest('one');
    api.change(controllerrevisions, revision.metadata, ({ metadata }) => (metadata.ownerReferences = [other]));
    const wanted = { template: template('one'), collisionCount: 0, revisions: [] };
    const second = await history.newest(owner, wanted, signal);
    expect(second.collisionCount).toBe(1);
    expect(second.revision.metadata.name).not.toBe(revision.metadata.name);
    await stop();
  });

  it('fails where the server refuses for another reason', async () => {
    const { api, newest, stop } = await given();
    api.react(() => {
      throw StatusError.forbidden({ group: 'apps', resource: 'controllerrevisions' }, 'db', 'exceeded quota');
    });
    await expect(newest('one')).rejects.toThrow('exceeded quota');
    await stop();
  });

  it('drops the oldest that are not in use beyond the limit, and none where that is negative', async () => {
    const { api, history, list, signal, stop } = await given((owner) =>
      [1, 2, 3, 4].map((number) => revisionOf(owner, `r${number}`, number)),
    );
    const inUse = ({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name === 'r1';
    await history.truncate(await list(), { inUse, limit: -1 }, signal);
    expect(api.writes).toEqual([]);
    await history.truncate(await list(), { inUse, limit: 1 }, signal);
    expect(api.all(controllerrevisions).map(({ metadata }) => metadata.name)).toEqual(['r1', 'r4']);
    await stop();
  });
});
