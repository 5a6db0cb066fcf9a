import { FakeClock } from '@keelson/apimachinery';
import { NodePorts } from '../plugins/node-ports/node-ports';
import { NodeUnschedulable } from '../plugins/node-unschedulable/node-unschedulable';
import { podStateOf } from '../state/pod-state';
import { testNode, testPod } from '../testing/objects';
import { Heap } from './heap';
import { SchedulingQueue, type ClusterEvent } from './scheduling-queue';

const opened: ClusterEvent = { resource: 'nodes', on: 'update', after: testNode('n'), before: testNode('n', { unschedulable: true }) };
const unrelated: ClusterEvent = { resource: 'nodes', on: 'update', after: testNode('n'), before: testNode('n') };
const cordoned = new Set(['NodeUnschedulable']);

function newQueue() {
  const clock = new FakeClock();
  return { clock, queue: new SchedulingQueue(clock, [new NodePorts(), new NodeUnschedulable()]) };
}

describe('SchedulingQueue', () => {
  it('hands out the higher priority first, and then who waits longer', async () => {
    const { clock, queue } = newQueue();
    for (const [name, priority] of [
      ['first', 0],
      ['second', 0],
      ['urgent', 5],
    ] as const) {
      queue.add(podStateOf(testPod(name, { priority })));
      await clock.advance(1);
    }
    expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()].map((queued) => queued?.state.uid)).toEqual([
      'urgent',
      'first',
      'second',
      undefined,
    ]);
  });

  it('wakes a rejected pod only for an event that a plugin that rejected it hopes for, and not before its back-off ends', async () => {
    const { clock, queue } = newQueue();
    queue.add(podStateOf(testPod('p')));
    queue.rejected(queue.pop()!, cordoned);
    queue.notify(unrelated);
    expect(queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 1 });
    queue.notify(opened);
    expect(queue.sizes).toEqual({ active: 0, backoff: 1, unschedulable: 0 });
    await clock.advance(999);
    expect(queue.pop()).toBeUndefined();
    await clock.advance(1);
    expect(queue.pop()?.state.uid).toBe('p');
    expect(clock.pending).toBe(0);
  });

  it('does not lose an event that arrives while the pod is being scheduled', () => {
    const { queue } = newQueue();
    queue.add(podStateOf(testPod('p')));
    const queued = queue.pop()!;
    queue.notify(opened);
    queue.rejected(queued, cordoned);
    expect(queue.sizes).toEqual({ active: 0, backoff: 1, unschedulable: 0 });
    queue.close();
  });

  it('doubles the back-off from one second to ten', async () => {
    const { clock, queue } = newQueue();
    queue.add(podStateOf(testPod('p')));
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      queue.failed(queue.pop()!);
      await clock.advance(seconds * 1000 - 1);
      expect(queue.sizes.active).toBe(0);
      await clock.advance(1);
      expect(queue.sizes.active).toBe(1);
    }
  });

  it('tries an unschedulable pod again after five minutes without any event', async () => {
    const { clock, queue } = newQueue();
    queue.add(podStateOf(testPod('p')));
    queue.rejected(queue.pop()!, cordoned);
    await clock.advance(5 * 60_000 - 1);
    expect(queue.sizes.unschedulable).toBe(1);
    await clock.advance(1);
    expect(queue.sizes.active).toBe(1);
  });

  it('forgets a pod that is deleted while it is being scheduled, whatever comes of it', () => {
    const { clock, queue } = newQueue();
    queue.add(podStateOf(testPod('p')));
    const queued = queue.pop()!;
    queue.delete('p');
    queue.failed(queued);
    expect(queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 0 });
    expect(clock.pending).toBe(0);
  });
});

it('Heap hands out in order after removals from its midst', () => {
  const heap = new Heap<{ n: number }>((a, b) => a.n < b.n);
  const items = [5, 3, 9, 1, 7, 2, 8].map((n) => ({ n }));
  for (const item of items) heap.push(item);
  heap.delete(items[1]!);
  heap.delete(items[4]!);
  expect(items.map(() => heap.pop()?.n)).toEqual([1, 2, 5, 8, 9, undefined, undefined]);
});
