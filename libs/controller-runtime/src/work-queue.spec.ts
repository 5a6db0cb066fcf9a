import { FakeClock } from '@keelson/apimachinery';
import { Registry } from 'prom-client';
import { WorkQueue } from './work-queue';
import { WorkQueueMetrics } from './work-queue-metrics';

describe('WorkQueue', () => {
  const queueAt = (clock: FakeClock) => new WorkQueue({ clock });

  it('hands out a key once, however often it was added before', async () => {
    const queue = queueAt(new FakeClock(0));
    for (const key of ['a', 'b', 'a']) queue.add(key);
    expect([await queue.get(), await queue.get(), queue.length]).toEqual(['a', 'b', 0]);
  });

  it('holds back a key that is added while it is worked on until that is done', async () => {
    const queue = queueAt(new FakeClock(0));
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    expect(queue.length).toBe(0);
    queue.done('a');
    expect(queue.length).toBe(1);
  });

  it('wakes one waiting worker for a key', async () => {
    const queue = queueAt(new FakeClock(0));
    const [first, second] = [queue.get(), queue.get()];
    queue.add('a');
    queue.add('b');
    expect([await first, await second]).toEqual(['a', 'b']);
  });

  it('keeps the earliest of several delays', async () => {
    const clock = new FakeClock(0);
    const queue = queueAt(clock);
    queue.addAfter('a', 100);
    queue.addAfter('a', 50);
    queue.addAfter('a', 200);
    await clock.advance(50);
    expect(queue.length).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('doubles the delay of a key with each failure until it is forgotten', async () => {
    const clock = new FakeClock(0);
    const queue = queueAt(clock);
    const delays: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) {
      if (failure === 3) queue.forget('a');
      const start = clock.now();
      queue.addRateLimited('a');
      while (queue.length === 0) await clock.advance(1);
      delays.push(clock.now() - start);
      queue.done((await queue.get())!);
    }
    expect(delays).toEqual([5, 10, 20, 5]);
  });

  it('waits as long as it was told, up to the last', async () => {
    const clock = new FakeClock(0);
    const queue = new WorkQueue({ clock, backoff: { first: 5_000, last: 8_000 } });
    const delays: number[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      const start = clock.now();
      queue.addRateLimited('a');
      while (queue.length === 0) await clock.advance(1_000);
      delays.push(clock.now() - start);
      queue.done((await queue.get())!);
    }
    expect(delays).toEqual([5_000, 8_000, 8_000]);
  });

  it('lets what waits be finished after shutdown, and drops what is delayed', async () => {
    const clock = new FakeClock(0);
    const queue = queueAt(clock);
    queue.add('a');
    queue.addAfter('b', 10);
    queue.shutDown();
    queue.add('c');
    expect([await queue.get(), await queue.get()]).toEqual(['a', undefined]);
    expect(clock.pending).toBe(0);
  });

  it('reports depth and times under the names of upstream', async () => {
    const clock = new FakeClock(0);
    const registry = new Registry();
    const queue = new WorkQueue({ clock, metrics: new WorkQueueMetrics(registry, clock).queue('replicaset') });
    queue.add('a');
    queue.add('b');
    await clock.advance(2000);
    await queue.get();
    await clock.advance(3000);
    const text = await registry.metrics();
    expect(text).toContain('workqueue_depth{name="replicaset"} 1');
    expect(text).toContain('workqueue_adds_total{name="replicaset"} 2');
    expect(text).toContain('workqueue_queue_duration_seconds_sum{name="replicaset"} 2');
    expect(text).toContain('workqueue_unfinished_work_seconds{name="replicaset"} 3');
  });
});
