import { FakeClock } from '@keelson/apimachinery';
import { podStateOf } from '../state/pod-state';
import { testNode, testPod, testProfile } from '../testing/objects';
import type { ClusterEvent } from './cluster-event';
import { Heap } from './heap';
import { SchedulingQueue } from './scheduling-queue';

const opened: ClusterEvent = { resource: 'nodes', on: 'update', after: testNode('n'), before: testNode('n', { unschedulable: true }) };
const unrelated: ClusterEvent = { resource: 'nodes', on: 'update', after: testNode('n'), before: testNode('n') };
const cordoned = new Set(['NodeUnschedulable']);

function newQueue() {
  const clock = new FakeClock();
  const profile = testProfile();
  const incoming: string[] = [];
  const onIncoming = (to: string, event: string) => void incoming.push(`${to} ${event}`);
  return { clock, incoming, queue: new SchedulingQueue({ clock, queueSort: profile.queueSort, profileOf: () => profile, onIncoming }) };
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
    expect(queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 1, gated: 0 });
    queue.notify(opened);
    expect(queue.sizes).toEqual({ active: 0, backoff: 1, unschedulable: 0, gated: 0 });
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
    expect(queue.sizes).toEqual({ active: 0, backoff: 1, unschedulable: 0, gated: 0 });
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
    expect(queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
    expect(clock.pending).toBe(0);
  });

  it('keeps an event once for all pods in flight, and none when the last has come back', () => {
    const { queue } = newQueue();
    for (const name of ['a', 'b', 'c']) queue.add(podStateOf(testPod(name)));
    const a = queue.pop()!;
    queue.notify(unrelated);
    const b = queue.pop()!;
    queue.notify(opened);
    const c = queue.pop()!;
    expect(queue.inFlightEvents).toBe(2);
    queue.done(a);
    expect(queue.inFlightEvents).toBe(1);
    queue.rejected(c, cordoned);
    expect(queue.sizes.unschedulable).toBe(1);
    queue.rejected(b, cordoned);
    expect(queue.sizes.backoff).toBe(1);
    expect(queue.inFlightEvents).toBe(0);
    queue.notify(unrelated);
    expect(queue.inFlightEvents).toBe(0);
    queue.close();
  });

  it('wakes a rejected pod for a change of its own only if a plugin that rejected it hopes for that', () => {
    const { queue, incoming } = newQueue();
    queue.add(podStateOf(testPod('p')));
    queue.rejected(queue.pop()!, cordoned);
    queue.add(podStateOf(testPod('p', {}, {}, { app: 'new' })));
    expect(queue.sizes.unschedulable).toBe(1);
    queue.add(podStateOf(testPod('p', { tolerations: [{ operator: 'Exists' }] }, {}, { app: 'new' })));
    expect(queue.sizes.backoff).toBe(1);
    expect(incoming).toEqual(['active UnschedulablePodAdd', 'unschedulable ScheduleAttemptFailure', 'backoff UnschedulablePodUpdate']);
    queue.close();
  });

  it('does not lose a change of the pod itself while it is being scheduled', () => {
    const { queue } = newQueue();
    queue.add(podStateOf(testPod('p')));
    const queued = queue.pop()!;
    queue.add(podStateOf(testPod('p', { tolerations: [{ operator: 'Exists' }] })));
    queue.rejected(queued, cordoned);
    expect(queue.sizes.backoff).toBe(1);
    queue.close();
  });

  it('holds a gated pod back until its last gate is gone, whatever happens around it', () => {
    const { queue } = newQueue();
    const gates = [{ name: 'example.com/a' }, { name: 'example.com/b' }];
    queue.add(podStateOf(testPod('p', { schedulingGates: gates })));
    queue.notify(opened);
    queue.add(podStateOf(testPod('p', { schedulingGates: gates.slice(1) })));
    expect(queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 });
    queue.add(podStateOf(testPod('p', { schedulingGates: [] })));
    expect(queue.sizes).toEqual({ active: 1, backoff: 0, unschedulable: 0, gated: 0 });
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
