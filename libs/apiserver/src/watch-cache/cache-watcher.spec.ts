import type { ByteSink } from '../http/api-request';
import type { WatchEncoder } from './cache-event';
import { CacheWatcher, WRITE_BYTES } from './cache-watcher';

/** A client that takes one write, and the next when the test lets it catch up. */
class SlowClient implements ByteSink {
  readonly writes: string[] = [];
  pendingBytes = 0;
  #onDrain: () => void = () => undefined;

  write(chunk: Uint8Array): boolean {
    this.writes.push(Buffer.from(chunk).toString());
    return false;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => (this.#onDrain = resolve));
  }

  async catchUp(): Promise<void> {
    this.#onDrain();
    await turn();
  }
}

class QuickClient implements ByteSink {
  readonly writes: string[] = [];
  readonly pendingBytes = 0;

  write(chunk: Uint8Array): boolean {
    this.writes.push(Buffer.from(chunk).toString());
    return true;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }
}

const encoder: WatchEncoder = {
  id: 'test',
  event: () => Buffer.from('event'),
  bookmark: (revision) => Buffer.from(`bookmark ${revision}`),
  error: () => Buffer.from('error'),
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const watcherOf = (sink: ByteSink): CacheWatcher => new CacheWatcher({ scope: {}, matches: () => true, encoder, sink, from: 0 });

/** Gives `watcher` these frames. */
function push(watcher: CacheWatcher, ...frames: readonly string[]): void {
  for (const frame of frames) watcher.push(Buffer.from(frame));
}

describe('CacheWatcher', () => {
  it('writes once what comes due in one turn of the event loop', async () => {
    const client = new QuickClient();
    const watcher = watcherOf(client);
    watcher.release();
    push(watcher, 'a', 'b', 'c');
    expect(client.writes).toEqual([]);
    await turn();
    expect(client.writes).toEqual(['abc']);
  });

  it('holds back what comes before it is released', async () => {
    const client = new QuickClient();
    const watcher = watcherOf(client);
    push(watcher, 'a', 'b');
    await turn();
    expect(client.writes).toEqual([]);
    watcher.release();
    expect(client.writes).toEqual(['ab']);
  });

  it('writes no more while the client is behind, and then what has come meanwhile, in order', async () => {
    const client = new SlowClient();
    const watcher = watcherOf(client);
    watcher.release();
    push(watcher, 'a');
    await turn();
    push(watcher, 'b');
    await turn();
    push(watcher, 'c');
    await turn();
    expect(client.writes).toEqual(['a']);
    await client.catchUp();
    expect(client.writes).toEqual(['a', 'bc']);
    await client.catchUp();
    push(watcher, 'd');
    await turn();
    expect(client.writes).toEqual(['a', 'bc', 'd']);
  });

  it('joins no more into one write than its bound and the frame that reaches it', async () => {
    const client = new QuickClient();
    const watcher = watcherOf(client);
    watcher.release();
    const frame = 'x'.repeat(WRITE_BYTES / 2);
    push(watcher, frame, frame, 'y', frame, frame, 'z');
    await turn();
    expect(client.writes.map(({ length }) => length)).toEqual([WRITE_BYTES, WRITE_BYTES + 1, 1]);
    expect(client.writes.join('')).toBe(`${frame}${frame}y${frame}${frame}z`);
  });

  it('hands over all that is pending before the stream ends, even if the client is behind', async () => {
    const client = new SlowClient();
    const watcher = watcherOf(client);
    watcher.release();
    push(watcher, 'a');
    await turn();
    push(watcher, 'b', 'c');
    watcher.bookmark(7);
    watcher.flush();
    watcher.close();
    expect(client.writes).toEqual(['a', 'bcbookmark 7']);
    await client.catchUp();
    expect(client.writes).toHaveLength(2);
  });

  it('cuts off a client that is too far behind, and sends it nothing more: what it would see has a gap', async () => {
    const client = new SlowClient();
    const watcher = watcherOf(client);
    watcher.release();
    push(watcher, 'a');
    await turn();
    const megabyte = Buffer.alloc(2 ** 20);
    for (let count = 0; count < 16; count += 1) watcher.push(megabyte);
    const outcome = await Promise.race([watcher.overflowed.catch((error: unknown) => error), turn()]);
    expect(outcome).toBeUndefined();
    push(watcher, 'b');
    await expect(watcher.overflowed).rejects.toMatchObject({ code: 'slow-watcher' });
    push(watcher, 'c');
    await client.catchUp();
    watcher.flush();
    expect(client.writes).toEqual(['a']);
  });

  it('counts against a client what its connection has not taken', async () => {
    const client = new SlowClient();
    client.pendingBytes = 16 * 2 ** 20;
    const watcher = watcherOf(client);
    watcher.release();
    push(watcher, 'a');
    await expect(watcher.overflowed).rejects.toMatchObject({ code: 'slow-watcher' });
  });
});
