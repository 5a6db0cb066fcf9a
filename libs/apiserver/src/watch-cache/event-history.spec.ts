import { CacheEvent } from './cache-event';
import { CachedObject } from './cached-object';
import { EventHistory } from './event-history';

function event(revision: number, { at = 0, bytes = 10 } = {}) {
  const object = new CachedObject({ namespace: 'a', name: 'x', revision }, Buffer.alloc(bytes), () => ({ labels: {}, fields: {} }));
  return new CacheEvent({ revision, object, previous: undefined, isDeletion: false, at, departed: () => object });
}

const revisions = (history: EventHistory, from: number) => history.after(from)?.map(({ revision }) => revision);

describe('EventHistory', () => {
  it('gives the changes after a revision, and none for its newest', () => {
    const history = new EventHistory(5);
    for (const revision of [6, 8, 9]) history.add(event(revision));
    expect(revisions(history, 5)).toEqual([6, 8, 9]);
    expect(revisions(history, 7)).toEqual([8, 9]);
    expect(revisions(history, 9)).toEqual([]);
  });

  it('says that it does not go back far enough', () => {
    const history = new EventHistory(5);
    history.add(event(6));
    expect(revisions(history, 4)).toBeUndefined();
  });

  it('forgets what is older than a reconnecting client may be, but never the last hundred', () => {
    const history = new EventHistory(0);
    for (let revision = 1; revision <= 200; revision += 1) history.add(event(revision, { at: revision * 1000 }));
    expect(history.floor).toBe(200 - 128);
    expect(revisions(history, history.floor)?.length).toBe(128);
    expect(revisions(history, history.floor - 1)).toBeUndefined();
  });

  it('is bounded in bytes, so that a burst of large objects does not fill the memory', () => {
    const history = new EventHistory(0);
    for (let revision = 1; revision <= 1000; revision += 1) history.add(event(revision, { bytes: 128 * 1024 }));
    expect(revisions(history, history.floor)?.length).toBe(256);
  });
});
