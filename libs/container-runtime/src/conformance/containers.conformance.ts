import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerStartError, NotFound } from '../runtime-errors';
import type { RuntimeHarness } from './runtime-harness';

/** Containers: from created to removed, and what their configuration does. */
export function containerConformance(harness: RuntimeHarness): void {
  const { withProcesses } = harness;

  describe('containers', () => {
    it('goes from created to running to exited, and takes its labels along', async () => {
      const sandbox = harness.sandboxConfig();
      const sandboxId = await harness.runSandbox(sandbox);
      const config = harness.containerConfig({ attempt: 3 });
      const id = await harness.runtime.createContainer(sandboxId, config, sandbox);
      const created = await harness.containerOf(id);
      expect(created).toMatchObject({
        id,
        sandboxId,
        pod: sandbox.pod,
        name: 'main',
        attempt: 3,
        state: 'created',
        image: harness.under.image,
      });
      expect(created).toMatchObject({ annotations: config.annotations, logPath: join(sandbox.logDirectory, 'main/0.log') });
      expect(created.labels).toMatchObject(config.labels);
      expect(created.exitCode).toBeUndefined();
      await harness.runtime.startContainer(id);
      expect(await harness.containerOf(id)).toMatchObject({ state: 'running', startedAt: expect.any(Number) as number });
      await harness.runtime.stopContainer(id, 5);
      expect(await harness.containerOf(id)).toMatchObject({ state: 'exited', finishedAt: expect.any(Number) as number });
    });

    it('stops and removes a container twice without complaint', async () => {
      const { id, sandbox } = await harness.started();
      await harness.runtime.stopContainer(id, 5);
      await harness.runtime.stopContainer(id, 5);
      await harness.runtime.removeContainer(id);
      await harness.runtime.removeContainer(id);
      await harness.runtime.stopContainer(id, 5);
      expect(await harness.runtime.containers({ podUid: sandbox.pod.uid })).toEqual([]);
    });

    it('removes a container that still runs', async () => {
      const { id, sandboxId } = await harness.started();
      await harness.runtime.removeContainer(id);
      expect(await harness.runtime.containers({ sandboxId })).toEqual([]);
    });

    it('refuses to create a container in a sandbox that is gone', async () => {
      const sandbox = harness.sandboxConfig();
      const sandboxId = await harness.runtime.runSandbox(sandbox);
      await harness.runtime.removeSandbox(sandboxId);
      await expect(harness.runtime.createContainer(sandboxId, harness.containerConfig(), sandbox)).rejects.toBeInstanceOf(NotFound);
    });

    withProcesses('lets a process that hears SIGTERM end by itself', async () => {
      const { id } = await harness.started({ command: ['/bin/sh', '-c', 'trap "exit 7" TERM; while true; do sleep 0.05; done'] });
      await harness.exec(id, ['/bin/sh', '-c', 'while ! busybox grep -q SigCgt:.*4[0-9a-f][0-9a-f][0-9a-f]$ /proc/1/status; do :; done']);
      await harness.runtime.stopContainer(id, 20);
      expect(await harness.containerOf(id)).toMatchObject({ exitCode: 7, reason: 'Error' });
    });

    withProcesses('kills a process that is deaf to SIGTERM', async () => {
      const { id } = await harness.started({ command: ['/bin/busybox', 'sleep', '1000'] });
      await harness.runtime.stopContainer(id, 0);
      expect(await harness.containerOf(id)).toMatchObject({ exitCode: 137, reason: 'Error' });
    });

    withProcesses('tells a failure from a success by exit code and reason', async () => {
      expect(await harness.ran('exit 0')).toMatchObject({ exitCode: 0, reason: 'Completed' });
      expect(await harness.ran('exit 3')).toMatchObject({ exitCode: 3, reason: 'Error' });
    });

    withProcesses('tells that a container was killed for its memory', async () => {
      const container = await harness.ran('exec busybox tail /dev/zero', { resources: { memoryLimitBytes: 16 * 1024 * 1024 } });
      expect(container).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    });

    withProcesses('keeps a container whose command is not there as one that can not run', async () => {
      const sandbox = harness.sandboxConfig();
      const sandboxId = await harness.runSandbox(sandbox);
      const id = await harness.runtime.createContainer(sandboxId, harness.containerConfig({ command: ['/no/such/command'] }), sandbox);
      await expect(harness.runtime.startContainer(id)).rejects.toBeInstanceOf(ContainerStartError);
      expect(await harness.containerOf(id)).toMatchObject({
        state: 'exited',
        exitCode: 127,
        reason: 'ContainerCannotRun',
        message: expect.stringContaining('/no/such/command') as string,
      });
    });

    withProcesses('is found again by another instance', async () => {
      const { id, sandboxId, sandbox } = await harness.started();
      const other = harness.under.open();
      expect(await other.sandboxes({ podUid: sandbox.pod.uid })).toEqual(await harness.runtime.sandboxes({ podUid: sandbox.pod.uid }));
      expect(await other.containers({ sandboxId })).toEqual([await harness.containerOf(id)]);
      await other.stopContainer(id, 0);
      expect((await harness.containerOf(id)).state).toBe('exited');
    });

    withProcesses('logs where it says, for as long as the container is there', async () => {
      const { id, logPath } = await harness.ran('echo to stdout; echo to stderr >&2');
      const log = readFileSync(logPath, 'utf8');
      expect(log).toContain('to stdout');
      expect(log).toContain('to stderr');
      await harness.runtime.removeContainer(id);
      expect(() => readFileSync(logPath)).toThrow('ENOENT');
    });

    withProcesses('runs under the user, in the folder, with the environment and mounts it was given', async () => {
      const { id } = await harness.started({
        command: ['/bin/busybox', 'sleep', '1000'],
        workingDir: '/tmp',
        env: [{ name: 'GREETING', value: 'a = b' }],
        mounts: [{ hostPath: join(harness.logs, 'made-if-missing:yes'), containerPath: '/data', readOnly: true }],
        security: {
          runAsUser: 1001,
          runAsGroup: 2002,
          supplementalGroups: [3003],
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
        },
      });
      const script =
        'busybox id -u; busybox id -G; pwd; echo "$GREETING"; echo x >/file || echo read-only; echo x >/data/f || echo read-only';
      const { stdout } = await harness.exec(id, ['/bin/sh', '-c', script]);
      expect(stdout).toBe('1001\n2002 3003\n/tmp\na = b\nread-only\nread-only\n');
    });

    withProcesses('applies limits, and changes them while it runs', async () => {
      const { id } = await harness.started({
        resources: {
          memoryLimitBytes: 64 << 20,
          cpuShares: 512,
          cpuQuota: 50_000,
          cpuPeriod: 100_000,
          pidsLimit: 64,
          oomScoreAdjust: -997,
        },
      });
      const limit = async () =>
        (
          await harness.exec(id, [
            '/bin/sh',
            '-c',
            'busybox cat /sys/fs/cgroup/memory/memory.limit_in_bytes || busybox cat /sys/fs/cgroup/memory.max',
          ])
        ).stdout;
      expect(await limit()).toBe(`${64 << 20}\n`);
      await harness.runtime.updateContainerResources(id, { memoryLimitBytes: 32 << 20 });
      expect(await limit()).toBe(`${32 << 20}\n`);
    });
  });
}
