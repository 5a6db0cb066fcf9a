import type { RuntimeHarness } from './runtime-harness';

/** Pod sandboxes: what identifies them, their network, their end. */
export function sandboxConformance(harness: RuntimeHarness): void {
  const { withProcesses } = harness;

  describe('sandboxes', () => {
    it('lists a sandbox it ran as ready, with an address and all that identifies its pod', async () => {
      const config = harness.sandboxConfig({ attempt: 2 });
      const id = await harness.runSandbox(config);
      const [sandbox, ...others] = await harness.runtime.sandboxes({ podUid: config.pod.uid });
      expect(others).toEqual([]);
      expect(sandbox).toMatchObject({ id, pod: config.pod, attempt: 2, state: 'ready', annotations: config.annotations });
      expect(sandbox?.labels).toMatchObject(config.labels);
      expect(sandbox?.ips).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)]);
    });

    it('gives a sandbox on the host network no address of its own', async () => {
      const config = harness.sandboxConfig();
      await harness.runSandbox({ ...config, linux: { ...config.linux, hostNetwork: true } });
      expect((await harness.runtime.sandboxes({ podUid: config.pod.uid }))[0]?.ips).toEqual([]);
    });

    it('runs many at once from the start, each with an address of its own', async () => {
      const fresh = harness.under.open();
      const ids = await Promise.all([1, 2, 3, 4].map(() => fresh.runSandbox(harness.sandboxConfig())));
      const made = (await fresh.sandboxes()).filter(({ id }) => ids.includes(id));
      expect(new Set(made.flatMap(({ ips }) => ips)).size).toBe(4);
      await Promise.all(ids.map((id) => fresh.removeSandbox(id)));
    });

    it('stops twice and removes twice without complaint, and stops what runs inside', async () => {
      const { sandboxId, id, sandbox } = await harness.started();
      await harness.runtime.stopSandbox(sandboxId);
      await harness.runtime.stopSandbox(sandboxId);
      expect((await harness.containerOf(id)).state).toBe('exited');
      expect((await harness.runtime.sandboxes({ podUid: sandbox.pod.uid }))[0]?.state).toBe('not-ready');
      await harness.runtime.removeSandbox(sandboxId);
      await harness.runtime.removeSandbox(sandboxId);
      expect(await harness.runtime.sandboxes({ podUid: sandbox.pod.uid })).toEqual([]);
      expect(await harness.runtime.containers({ podUid: sandbox.pod.uid })).toEqual([]);
    });

    withProcesses('replaces a sandbox that a crash left under the same name', async () => {
      const config = harness.sandboxConfig();
      const first = await harness.runSandbox(config);
      const second = await harness.runSandbox(config);
      expect((await harness.runtime.sandboxes({ podUid: config.pod.uid })).map(({ id }) => id)).toEqual([second]);
      expect(second).not.toBe(first);
    });

    withProcesses('writes its DNS configuration and host name where its containers read them', async () => {
      const dns = { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local', 'svc.cluster.local'], options: ['ndots:5'] };
      const { id, sandbox } = await harness.started({}, harness.sandboxConfig({ dns }));
      const { stdout } = await harness.exec(id, ['/bin/sh', '-c', 'busybox cat /etc/resolv.conf; busybox hostname']);
      expect(stdout).toBe(
        `nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local\noptions ndots:5\n${sandbox.hostname}\n`,
      );
    });

    withProcesses('shares one process namespace among containers if asked to', async () => {
      const config = harness.sandboxConfig();
      const { id } = await harness.started({}, { ...config, linux: { ...config.linux, shareProcessNamespace: true } });
      const { stdout } = await harness.exec(id, ['/bin/busybox', 'ps']);
      expect(stdout).toMatch(/^\s*1 .*\/pause$/m);
    });
  });
}
