import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TerminalSize } from '../container-runtime';
import { NotFound, NotRunning, NotSupported, PortForwardError } from '../runtime-errors';
import type { RuntimeHarness } from './runtime-harness';

/** Ways into a container that runs: exec, attach, forwarded ports. */
export function streamConformance(harness: RuntimeHarness): void {
  const { withProcesses, withoutProcesses } = harness;

  describe('exec', () => {
    withProcesses('returns the exit code, and standard output and error apart', async () => {
      const { id } = await harness.started();
      expect(await harness.exec(id, ['/bin/sh', '-c', 'echo out; echo err >&2; exit 42'])).toEqual({
        exitCode: 42,
        stdout: 'out\n',
        stderr: 'err\n',
      });
    });

    withProcesses('passes standard input on to its end', async () => {
      const { id } = await harness.started();
      const input = 'x'.repeat(300_000);
      const { stdout, exitCode } = await harness.exec(id, ['/bin/busybox', 'cat'], Readable.from([input]));
      expect(exitCode).toBe(0);
      expect(stdout).toHaveLength(input.length);
      expect(stdout === input).toBe(true);
    });

    withProcesses('delivers all of a large output to a slow reader before it returns', async () => {
      const { id } = await harness.started();
      const stdout = new PassThrough({ highWaterMark: 1024 });
      let received = 0;
      const reading = (async () => {
        for await (const chunk of stdout as AsyncIterable<Buffer>) {
          received += chunk.length;
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      const command = ['/bin/busybox', 'head', '-c', '2000000', '/dev/zero'];
      expect(await harness.runtime.exec(id, { command, tty: false, stdout, signal: AbortSignal.timeout(20_000) })).toBe(0);
      stdout.end();
      await reading;
      expect(received).toBe(2_000_000);
    });

    withProcesses('does not wait for an input that never ends once the command has', async () => {
      const { id } = await harness.started();
      const stdin = new PassThrough();
      expect((await harness.exec(id, ['/bin/busybox', 'true'], stdin)).exitCode).toBe(0);
      expect(stdin.destroyed).toBe(false);
    });

    withProcesses('gives a terminal of the size asked for', async () => {
      const { id } = await harness.started();
      const stdout = new PassThrough();
      const output = text(stdout);
      const stdin = new PassThrough();
      async function* sizes(): AsyncGenerator<TerminalSize> {
        yield { width: 123, height: 45 };
        await new Promise(() => undefined);
      }
      const script = 'until [ "$(busybox stty size 2>/dev/null)" = "45 123" ]; do :; done; test -t 1 && echo sized';
      const signal = AbortSignal.timeout(20_000);
      const exitCode = await harness.runtime.exec(id, {
        command: ['/bin/sh', '-c', script],
        tty: true,
        stdin,
        stdout,
        resize: sizes(),
        signal,
      });
      stdout.end();
      expect({ exitCode, output: await output }).toEqual({ exitCode: 0, output: 'sized\r\n' });
    });

    withProcesses('names what it can not run, and refuses containers that do not run', async () => {
      const { id } = await harness.started();
      const { exitCode, stdout, stderr } = await harness.exec(id, ['/no/such/command']);
      expect([126, 127]).toContain(exitCode);
      expect(stdout + stderr).toContain('/no/such/command');
      await harness.runtime.stopContainer(id, 0);
      await expect(harness.exec(id, ['/bin/busybox', 'true'])).rejects.toBeInstanceOf(NotRunning);
      await harness.runtime.removeContainer(id);
      await expect(harness.exec(id, ['/bin/busybox', 'true'])).rejects.toBeInstanceOf(NotFound);
    });

    withProcesses('lets go when it is aborted', async () => {
      const { id } = await harness.started();
      const aborter = new AbortController();
      const stdout = new PassThrough();
      const running = harness.runtime.exec(id, {
        command: ['/bin/sh', '-c', 'echo up; busybox sleep 1000'],
        tty: false,
        stdout,
        signal: aborter.signal,
      });
      stdout.once('data', () => aborter.abort());
      await expect(running).rejects.toThrow('abort');
    });

    withoutProcesses('says that there is nothing to run a command in', async () => {
      const { id, sandboxId } = await harness.started();
      await expect(harness.exec(id, ['true'])).rejects.toBeInstanceOf(NotSupported);
      await expect(harness.runtime.attach(id, { tty: false, signal: AbortSignal.timeout(1) })).rejects.toBeInstanceOf(NotSupported);
      await expect(harness.runtime.portForward(sandboxId, 80)).rejects.toBeInstanceOf(NotSupported);
    });
  });

  describe('attach', () => {
    withProcesses('joins the streams of the first process until it ends', async () => {
      const { id } = await harness.started({
        command: ['/bin/sh', '-c', 'read line; echo "got $line"; echo oops >&2'],
        stdin: true,
        stdinOnce: true,
      });
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const [out, err] = [text(stdout), text(stderr)];
      await harness.runtime.attach(id, {
        tty: false,
        stdin: Readable.from(['hello\n']),
        stdout,
        stderr,
        signal: AbortSignal.timeout(20_000),
      });
      stdout.end();
      stderr.end();
      expect([await out, await err]).toEqual(['got hello\n', 'oops\n']);
    });

    withProcesses('leaves the container running when it is aborted', async () => {
      const { id } = await harness.started();
      const aborter = new AbortController();
      const attached = harness.runtime.attach(id, { tty: false, stdout: new PassThrough(), signal: aborter.signal });
      aborter.abort();
      await attached;
      expect((await harness.containerOf(id)).state).toBe('running');
    });
  });

  describe('port forwarding', () => {
    withProcesses('reaches a server that listens on the loopback address only', async () => {
      const { id, sandboxId, sandbox } = await harness.started({
        command: ['/bin/busybox', 'httpd', '-f', '-p', '127.0.0.1:8080', '-h', '/etc'],
      });
      await harness.exec(id, ['/bin/sh', '-c', 'until busybox netstat -ltn | busybox grep -q :8080; do :; done']);
      const connection = await harness.runtime.portForward(sandboxId, 8080);
      connection.end('GET /hostname HTTP/1.0\r\n\r\n');
      expect(await text(connection)).toContain(`\r\n\r\n${sandbox.hostname}`);
    });

    withProcesses('fails where nothing listens, and where there is no sandbox', async () => {
      const { sandboxId } = await harness.started();
      await expect(harness.runtime.portForward(sandboxId, 9)).rejects.toBeInstanceOf(PortForwardError);
      await harness.runtime.stopSandbox(sandboxId);
      await expect(harness.runtime.portForward(sandboxId, 9)).rejects.toBeInstanceOf(NotRunning);
      await expect(harness.runtime.portForward('no-such-sandbox', 9)).rejects.toBeInstanceOf(NotFound);
    });
  });
}
