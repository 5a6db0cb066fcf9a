import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type {
  Container,
  ContainerConfig,
  ContainerRuntime,
  RuntimeCapabilities,
  RuntimeEvent,
  SandboxConfig,
  TerminalSize,
} from './container-runtime';
import { ContainerStartError, ImageMissing, ImagePullError, NotFound, NotRunning, NotSupported, PortForwardError } from './runtime-errors';

export interface RuntimeUnderTest {
  readonly capabilities: RuntimeCapabilities;
  /** Another instance on the same engine, as a restarted kubelet has it. */
  open(): ContainerRuntime;
  /** An image on the node with busybox as /bin/busybox and /bin/sh. */
  readonly image: string;
  /** Before all tests; and after them, to remove what they left. */
  setUp(): Promise<void>;
  tearDown(): Promise<void>;
}

/** In place of `it`, for what the implementation says it can't do: such a test is not skipped, there is none. */
const notHere = (_name: string, _test: () => unknown): void => undefined;

/** What every {@link ContainerRuntime} does. Each implementation's spec calls this once. */
export function containerRuntimeConformance(name: string, under: RuntimeUnderTest): void {
  describe(`${name} as a ContainerRuntime`, () => {
    const { capabilities } = under;
    const withProcesses = capabilities.processes ? it : notHere;
    const withoutProcesses = capabilities.processes ? notHere : it;
    const withImages = capabilities.images ? it : notHere;
    const sandboxIds: string[] = [];
    let runtime: ContainerRuntime;
    let logs: string;
    let pods = 0;

    beforeAll(async () => {
      await under.setUp();
      logs = mkdtempSync(join(tmpdir(), 'keelson-pods-'));
      runtime = under.open();
    }, 60_000);

    afterEach(async () => {
      for (const id of sandboxIds.splice(0)) {
        await runtime.stopSandbox(id);
        await runtime.removeSandbox(id);
      }
    }, 60_000);

    afterAll(async () => {
      rmSync(logs, { recursive: true, force: true });
      await under.tearDown();
    }, 60_000);

    const sandboxConfig = (overrides: Partial<SandboxConfig> = {}): SandboxConfig => {
      pods += 1;
      const pod = { namespace: 'default', name: `web-${pods}`, uid: `uid-${process.pid}-${pods}` };
      return {
        pod,
        attempt: 0,
        hostname: pod.name,
        portMappings: [],
        labels: { app: 'web' },
        annotations: { 'example.com/note': 'kept' },
        logDirectory: join(logs, `${pod.namespace}_${pod.name}_${pod.uid}`),
        linux: { hostNetwork: false, hostPID: false, hostIPC: false, shareProcessNamespace: false, sysctls: {} },
        ...overrides,
      };
    };

    const containerConfig = (overrides: Partial<ContainerConfig> = {}): ContainerConfig => ({
      name: 'main',
      attempt: 0,
      image: under.image,
      command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while true; do sleep 0.05; done'],
      env: [],
      mounts: [],
      devices: [],
      labels: { 'io.kubernetes.container.restartCount': '0' },
      annotations: { 'io.kubernetes.container.hash': 'abc' },
      logPath: 'main/0.log',
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: {},
      security: {},
      ...overrides,
    });

    const runSandbox = async (config: SandboxConfig): Promise<string> => {
      const id = await runtime.runSandbox(config);
      sandboxIds.push(id);
      return id;
    };

    const started = async (container: Partial<ContainerConfig> = {}, sandbox = sandboxConfig()) => {
      const sandboxId = await runSandbox(sandbox);
      const id = await runtime.createContainer(sandboxId, containerConfig(container), sandbox);
      await runtime.startContainer(id);
      return { sandboxId, id, sandbox };
    };

    const containerOf = async (id: string): Promise<Container> => {
      const found = (await runtime.containers()).find((container) => container.id === id);
      if (found === undefined) throw new Error(`container ${id} is not listed`);
      return found;
    };

    /** Runs a script to its end. */
    const ran = async (script: string, overrides: Partial<ContainerConfig> = {}): Promise<Container> => {
      const events = watching();
      await events.connected;
      const { id } = await started({ command: ['/bin/sh', '-c', script], ...overrides });
      await events.seen('exited', id);
      await events.stop();
      return containerOf(id);
    };

    const watching = () => {
      const end = new AbortController();
      const seen: RuntimeEvent[] = [];
      const waiting = new Set<() => void>();
      let connect: () => void = () => undefined;
      const connected = new Promise<void>((resolve) => (connect = resolve));
      const done = runtime.watch((event) => {
        if (event === undefined) return connect();
        seen.push(event);
        for (const wake of waiting) wake();
      }, end.signal);
      return {
        connected,
        seen: async (type: RuntimeEvent['type'], containerId: string): Promise<RuntimeEvent> => {
          for (;;) {
            const found = seen.find((event) => event.type === type && event.containerId === containerId);
            if (found !== undefined) return found;
            await new Promise<void>((resolve) => {
              waiting.add(resolve);
            });
          }
        },
        stop: async (): Promise<void> => {
          end.abort();
          await done;
        },
      };
    };

    const exec = async (id: string, command: string[], stdin?: Readable) => {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const [out, err] = [text(stdout), text(stderr)];
      const signal = AbortSignal.timeout(20_000);
      const exitCode = await runtime.exec(id, { command, tty: false, stdout, stderr, signal, ...(stdin === undefined ? {} : { stdin }) });
      stdout.end();
      stderr.end();
      return { exitCode, stdout: await out, stderr: await err };
    };

    describe('sandboxes', () => {
      it('lists a sandbox it ran as ready, with an address and all that identifies its pod', async () => {
        const config = sandboxConfig({ attempt: 2 });
        const id = await runSandbox(config);
        const [sandbox, ...others] = await runtime.sandboxes({ podUid: config.pod.uid });
        expect(others).toEqual([]);
        expect(sandbox).toMatchObject({ id, pod: config.pod, attempt: 2, state: 'ready', annotations: config.annotations });
        expect(sandbox?.labels).toMatchObject(config.labels);
        expect(sandbox?.ips).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)]);
      });

      it('gives a sandbox on the host network no address of its own', async () => {
        const config = sandboxConfig();
        await runSandbox({ ...config, linux: { ...config.linux, hostNetwork: true } });
        expect((await runtime.sandboxes({ podUid: config.pod.uid }))[0]?.ips).toEqual([]);
      });

      it('runs many at once from the start, each with an address of its own', async () => {
        const fresh = under.open();
        const ids = await Promise.all([1, 2, 3, 4].map(() => fresh.runSandbox(sandboxConfig())));
        const made = (await fresh.sandboxes()).filter(({ id }) => ids.includes(id));
        expect(new Set(made.flatMap(({ ips }) => ips)).size).toBe(4);
        await Promise.all(ids.map((id) => fresh.removeSandbox(id)));
      });

      it('stops twice and removes twice without complaint, and stops what runs inside', async () => {
        const { sandboxId, id, sandbox } = await started();
        await runtime.stopSandbox(sandboxId);
        await runtime.stopSandbox(sandboxId);
        expect((await containerOf(id)).state).toBe('exited');
        expect((await runtime.sandboxes({ podUid: sandbox.pod.uid }))[0]?.state).toBe('not-ready');
        await runtime.removeSandbox(sandboxId);
        await runtime.removeSandbox(sandboxId);
        expect(await runtime.sandboxes({ podUid: sandbox.pod.uid })).toEqual([]);
        expect(await runtime.containers({ podUid: sandbox.pod.uid })).toEqual([]);
      });

      withProcesses('replaces a sandbox that a crash left under the same name', async () => {
        const config = sandboxConfig();
        const first = await runSandbox(config);
        const second = await runSandbox(config);
        expect((await runtime.sandboxes({ podUid: config.pod.uid })).map(({ id }) => id)).toEqual([second]);
        expect(second).not.toBe(first);
      });

      withProcesses('writes its DNS configuration and host name where its containers read them', async () => {
        const dns = { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local', 'svc.cluster.local'], options: ['ndots:5'] };
        const { id, sandbox } = await started({}, sandboxConfig({ dns }));
        const { stdout } = await exec(id, ['/bin/sh', '-c', 'busybox cat /etc/resolv.conf; busybox hostname']);
        expect(stdout).toBe(
          `nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local\noptions ndots:5\n${sandbox.hostname}\n`,
        );
      });

      withProcesses('shares one process namespace among containers if asked to', async () => {
        const config = sandboxConfig();
        const { id } = await started({}, { ...config, linux: { ...config.linux, shareProcessNamespace: true } });
        const { stdout } = await exec(id, ['/bin/busybox', 'ps']);
        expect(stdout).toMatch(/^\s*1 .*\/pause$/m);
      });
    });

    describe('containers', () => {
      it('goes from created to running to exited, and takes its labels along', async () => {
        const sandbox = sandboxConfig();
        const sandboxId = await runSandbox(sandbox);
        const config = containerConfig({ attempt: 3 });
        const id = await runtime.createContainer(sandboxId, config, sandbox);
        const created = await containerOf(id);
        expect(created).toMatchObject({ id, sandboxId, pod: sandbox.pod, name: 'main', attempt: 3, state: 'created', image: under.image });
        expect(created).toMatchObject({ annotations: config.annotations, logPath: join(sandbox.logDirectory, 'main/0.log') });
        expect(created.labels).toMatchObject(config.labels);
        expect(created.exitCode).toBeUndefined();
        await runtime.startContainer(id);
        expect(await containerOf(id)).toMatchObject({ state: 'running', startedAt: expect.any(Number) as number });
        await runtime.stopContainer(id, 5);
        expect(await containerOf(id)).toMatchObject({ state: 'exited', finishedAt: expect.any(Number) as number });
      });

      it('stops and removes a container twice without complaint', async () => {
        const { id, sandbox } = await started();
        await runtime.stopContainer(id, 5);
        await runtime.stopContainer(id, 5);
        await runtime.removeContainer(id);
        await runtime.removeContainer(id);
        await runtime.stopContainer(id, 5);
        expect(await runtime.containers({ podUid: sandbox.pod.uid })).toEqual([]);
      });

      it('removes a container that still runs', async () => {
        const { id, sandboxId } = await started();
        await runtime.removeContainer(id);
        expect(await runtime.containers({ sandboxId })).toEqual([]);
      });

      it('refuses to create a container in a sandbox that is gone', async () => {
        const sandbox = sandboxConfig();
        const sandboxId = await runtime.runSandbox(sandbox);
        await runtime.removeSandbox(sandboxId);
        await expect(runtime.createContainer(sandboxId, containerConfig(), sandbox)).rejects.toBeInstanceOf(NotFound);
      });

      withProcesses('lets a process that hears SIGTERM end by itself', async () => {
        const { id } = await started({ command: ['/bin/sh', '-c', 'trap "exit 7" TERM; while true; do sleep 0.05; done'] });
        await exec(id, ['/bin/sh', '-c', 'while ! busybox grep -q SigCgt:.*4[0-9a-f][0-9a-f][0-9a-f]$ /proc/1/status; do :; done']);
        await runtime.stopContainer(id, 20);
        expect(await containerOf(id)).toMatchObject({ exitCode: 7, reason: 'Error' });
      });

      withProcesses('kills a process that is deaf to SIGTERM', async () => {
        const { id } = await started({ command: ['/bin/busybox', 'sleep', '1000'] });
        await runtime.stopContainer(id, 0);
        expect(await containerOf(id)).toMatchObject({ exitCode: 137, reason: 'Error' });
      });

      withProcesses('tells a failure from a success by exit code and reason', async () => {
        expect(await ran('exit 0')).toMatchObject({ exitCode: 0, reason: 'Completed' });
        expect(await ran('exit 3')).toMatchObject({ exitCode: 3, reason: 'Error' });
      });

      withProcesses('tells that a container was killed for its memory', async () => {
        const container = await ran('exec busybox tail /dev/zero', { resources: { memoryLimitBytes: 16 * 1024 * 1024 } });
        expect(container).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
      });

      withProcesses('keeps a container whose command is not there as one that can not run', async () => {
        const sandbox = sandboxConfig();
        const sandboxId = await runSandbox(sandbox);
        const id = await runtime.createContainer(sandboxId, containerConfig({ command: ['/no/such/command'] }), sandbox);
        await expect(runtime.startContainer(id)).rejects.toBeInstanceOf(ContainerStartError);
        expect(await containerOf(id)).toMatchObject({
          state: 'exited',
          exitCode: 127,
          reason: 'ContainerCannotRun',
          message: expect.stringContaining('/no/such/command') as string,
        });
      });

      withProcesses('is found again by another instance', async () => {
        const { id, sandboxId, sandbox } = await started();
        const other = under.open();
        expect(await other.sandboxes({ podUid: sandbox.pod.uid })).toEqual(await runtime.sandboxes({ podUid: sandbox.pod.uid }));
        expect(await other.containers({ sandboxId })).toEqual([await containerOf(id)]);
        await other.stopContainer(id, 0);
        expect((await containerOf(id)).state).toBe('exited');
      });

      withProcesses('logs where it says, for as long as the container is there', async () => {
        const { id, logPath } = await ran('echo to stdout; echo to stderr >&2');
        const log = readFileSync(logPath, 'utf8');
        expect(log).toContain('to stdout');
        expect(log).toContain('to stderr');
        await runtime.removeContainer(id);
        expect(() => readFileSync(logPath)).toThrow('ENOENT');
      });

      withProcesses('runs under the user, in the folder, with the environment and mounts it was given', async () => {
        const { id } = await started({
          command: ['/bin/busybox', 'sleep', '1000'],
          workingDir: '/tmp',
          env: [{ name: 'GREETING', value: 'a = b' }],
          mounts: [{ hostPath: join(logs, 'made-if-missing:yes'), containerPath: '/data', readOnly: true }],
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
        const { stdout } = await exec(id, ['/bin/sh', '-c', script]);
        expect(stdout).toBe('1001\n2002 3003\n/tmp\na = b\nread-only\nread-only\n');
      });

      withProcesses('applies limits, and changes them while it runs', async () => {
        const { id } = await started({
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
            await exec(id, [
              '/bin/sh',
              '-c',
              'busybox cat /sys/fs/cgroup/memory/memory.limit_in_bytes || busybox cat /sys/fs/cgroup/memory.max',
            ])
          ).stdout;
        expect(await limit()).toBe(`${64 << 20}\n`);
        await runtime.updateContainerResources(id, { memoryLimitBytes: 32 << 20 });
        expect(await limit()).toBe(`${32 << 20}\n`);
      });
    });

    describe('exec', () => {
      withProcesses('returns the exit code, and standard output and error apart', async () => {
        const { id } = await started();
        expect(await exec(id, ['/bin/sh', '-c', 'echo out; echo err >&2; exit 42'])).toEqual({
          exitCode: 42,
          stdout: 'out\n',
          stderr: 'err\n',
        });
      });

      withProcesses('passes standard input on to its end', async () => {
        const { id } = await started();
        const input = 'x'.repeat(300_000);
        const { stdout, exitCode } = await exec(id, ['/bin/busybox', 'cat'], Readable.from([input]));
        expect(exitCode).toBe(0);
        expect(stdout).toHaveLength(input.length);
        expect(stdout === input).toBe(true);
      });

      withProcesses('delivers all of a large output to a slow reader before it returns', async () => {
        const { id } = await started();
        const stdout = new PassThrough({ highWaterMark: 1024 });
        let received = 0;
        const reading = (async () => {
          for await (const chunk of stdout as AsyncIterable<Buffer>) {
            received += chunk.length;
            await new Promise((resolve) => setImmediate(resolve));
          }
        })();
        const command = ['/bin/busybox', 'head', '-c', '2000000', '/dev/zero'];
        expect(await runtime.exec(id, { command, tty: false, stdout, signal: AbortSignal.timeout(20_000) })).toBe(0);
        stdout.end();
        await reading;
        expect(received).toBe(2_000_000);
      });

      withProcesses('does not wait for an input that never ends once the command has', async () => {
        const { id } = await started();
        const stdin = new PassThrough();
        expect((await exec(id, ['/bin/busybox', 'true'], stdin)).exitCode).toBe(0);
        expect(stdin.destroyed).toBe(false);
      });

      withProcesses('gives a terminal of the size asked for', async () => {
        const { id } = await started();
        const stdout = new PassThrough();
        const output = text(stdout);
        const stdin = new PassThrough();
        async function* sizes(): AsyncGenerator<TerminalSize> {
          yield { width: 123, height: 45 };
          await new Promise(() => undefined);
        }
        const script = 'until [ "$(busybox stty size 2>/dev/null)" = "45 123" ]; do :; done; test -t 1 && echo sized';
        const signal = AbortSignal.timeout(20_000);
        const exitCode = await runtime.exec(id, { command: ['/bin/sh', '-c', script], tty: true, stdin, stdout, resize: sizes(), signal });
        stdout.end();
        expect({ exitCode, output: await output }).toEqual({ exitCode: 0, output: 'sized\r\n' });
      });

      withProcesses('names what it can not run, and refuses containers that do not run', async () => {
        const { id } = await started();
        const { exitCode, stdout, stderr } = await exec(id, ['/no/such/command']);
        expect([126, 127]).toContain(exitCode);
        expect(stdout + stderr).toContain('/no/such/command');
        await runtime.stopContainer(id, 0);
        await expect(exec(id, ['/bin/busybox', 'true'])).rejects.toBeInstanceOf(NotRunning);
        await runtime.removeContainer(id);
        await expect(exec(id, ['/bin/busybox', 'true'])).rejects.toBeInstanceOf(NotFound);
      });

      withProcesses('lets go when it is aborted', async () => {
        const { id } = await started();
        const aborter = new AbortController();
        const stdout = new PassThrough();
        const running = runtime.exec(id, {
          command: ['/bin/sh', '-c', 'echo up; busybox sleep 1000'],
          tty: false,
          stdout,
          signal: aborter.signal,
        });
        stdout.once('data', () => aborter.abort());
        await expect(running).rejects.toThrow('abort');
      });

      withoutProcesses('says that there is nothing to run a command in', async () => {
        const { id, sandboxId } = await started();
        await expect(exec(id, ['true'])).rejects.toBeInstanceOf(NotSupported);
        await expect(runtime.attach(id, { tty: false, signal: AbortSignal.timeout(1) })).rejects.toBeInstanceOf(NotSupported);
        await expect(runtime.portForward(sandboxId, 80)).rejects.toBeInstanceOf(NotSupported);
      });
    });

    describe('attach', () => {
      withProcesses('joins the streams of the first process until it ends', async () => {
        const { id } = await started({
          command: ['/bin/sh', '-c', 'read line; echo "got $line"; echo oops >&2'],
          stdin: true,
          stdinOnce: true,
        });
        const [stdout, stderr] = [new PassThrough(), new PassThrough()];
        const [out, err] = [text(stdout), text(stderr)];
        await runtime.attach(id, { tty: false, stdin: Readable.from(['hello\n']), stdout, stderr, signal: AbortSignal.timeout(20_000) });
        stdout.end();
        stderr.end();
        expect([await out, await err]).toEqual(['got hello\n', 'oops\n']);
      });

      withProcesses('leaves the container running when it is aborted', async () => {
        const { id } = await started();
        const aborter = new AbortController();
        const attached = runtime.attach(id, { tty: false, stdout: new PassThrough(), signal: aborter.signal });
        aborter.abort();
        await attached;
        expect((await containerOf(id)).state).toBe('running');
      });
    });

    describe('port forwarding', () => {
      withProcesses('reaches a server that listens on the loopback address only', async () => {
        const { id, sandboxId, sandbox } = await started({
          command: ['/bin/busybox', 'httpd', '-f', '-p', '127.0.0.1:8080', '-h', '/etc'],
        });
        await exec(id, ['/bin/sh', '-c', 'until busybox netstat -ltn | busybox grep -q :8080; do :; done']);
        const connection = await runtime.portForward(sandboxId, 8080);
        connection.end('GET /hostname HTTP/1.0\r\n\r\n');
        expect(await text(connection)).toContain(`\r\n\r\n${sandbox.hostname}`);
      });

      withProcesses('fails where nothing listens, and where there is no sandbox', async () => {
        const { sandboxId } = await started();
        await expect(runtime.portForward(sandboxId, 9)).rejects.toBeInstanceOf(PortForwardError);
        await runtime.stopSandbox(sandboxId);
        await expect(runtime.portForward(sandboxId, 9)).rejects.toBeInstanceOf(NotRunning);
        await expect(runtime.portForward('no-such-sandbox', 9)).rejects.toBeInstanceOf(NotFound);
      });
    });

    describe('images', () => {
      it('knows an image that is present, and pulls it again without complaint if images are simulated', async () => {
        expect((await runtime.image(under.image))?.tags).toContain(under.image);
      });

      withImages('knows nothing of one that is missing, and makes no container of it', async () => {
        const sandbox = sandboxConfig();
        const sandboxId = await runSandbox(sandbox);
        expect(await runtime.image('keelson/absent:1')).toBeUndefined();
        await expect(runtime.createContainer(sandboxId, containerConfig({ image: 'keelson/absent:1' }), sandbox)).rejects.toBeInstanceOf(
          ImageMissing,
        );
        await runtime.removeImage('keelson/absent:1');
      });

      withImages('says why a pull failed', async () => {
        const pull = runtime.pullImage(
          '127.0.0.1:1/absent:1',
          { username: 'u', password: 'p', serverAddress: '127.0.0.1:1' },
          AbortSignal.timeout(20_000),
        );
        await expect(pull).rejects.toBeInstanceOf(ImagePullError);
      });
    });

    describe('observation', () => {
      it('tells of a start, an end and a removal, and first to look at everything', async () => {
        const events = watching();
        await events.connected;
        const { id, sandbox } = await started();
        expect(await events.seen('started', id)).toEqual({ type: 'started', containerId: id, podUid: sandbox.pod.uid });
        await runtime.stopContainer(id, 0);
        await events.seen('exited', id);
        await runtime.removeContainer(id);
        await events.seen('removed', id);
        await events.stop();
      });

      it('has figures of running containers only', async () => {
        const { id, sandbox } = await started();
        const figures = (await runtime.stats({ podUid: sandbox.pod.uid })).get(id);
        expect(figures).toBeDefined();
        expect((figures?.memoryUsageBytes ?? 0) > 0).toBe(capabilities.processes);
        await runtime.stopContainer(id, 0);
        expect((await runtime.stats()).has(id)).toBe(false);
      });
    });
  });
}
