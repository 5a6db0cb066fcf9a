import type { RuntimeHarness } from './runtime-harness';

/** What a kubelet is told of containers without asking for each. */
export function observationConformance(harness: RuntimeHarness): void {
  describe('observation', () => {
    it('tells of a start, an end and a removal, and first to look at everything', async () => {
      const events = harness.watching();
      await events.connected;
      const { id, sandbox } = await harness.started();
      expect(await events.seen('started', id)).toEqual({ type: 'started', containerId: id, podUid: sandbox.pod.uid });
      await harness.runtime.stopContainer(id, 0);
      await events.seen('exited', id);
      await harness.runtime.removeContainer(id);
      await events.seen('removed', id);
      await events.stop();
    });

    it('has figures of running containers only', async () => {
      const { id, sandbox } = await harness.started();
      const figures = (await harness.runtime.stats({ podUid: sandbox.pod.uid })).get(id);
      expect(figures).toBeDefined();
      expect((figures?.memoryUsageBytes ?? 0) > 0).toBe(harness.under.capabilities.processes);
      await harness.runtime.stopContainer(id, 0);
      expect((await harness.runtime.stats()).has(id)).toBe(false);
    });
  });
}
