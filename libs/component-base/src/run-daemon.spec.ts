import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { flag } from './flags/flag-types';
import type { Timers } from './clock';
import { runDaemon, type DaemonHost, type DaemonSpec } from './run-daemon';

class FakeHost extends EventEmitter implements DaemonHost {
  readonly argv: string[];
  readonly pid = 42;
  readonly version = 'v24.0.0';
  readonly platform = 'linux';
  readonly arch = 'x64';
  readonly memoryUsage = { rss: () => 1 };
  out = '';
  err = '';
  readonly exits: number[] = [];
  readonly stdout = sink((text) => (this.out += text));
  readonly stderr = sink((text) => (this.err += text));

  constructor(...args: string[]) {
    super();
    this.argv = ['node', 'main.js', ...args];
  }

  cpuUsage() {
    return { user: 0, system: 0 };
  }

  uptime() {
    return 1;
  }

  exit(code: number) {
    this.exits.push(code);
  }
}

const sink = (write: (text: string) => void) =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString());
      done();
    },
  });

class ManualTimers implements Timers {
  readonly due: (() => void)[] = [];
  now = () => Date.UTC(2026, 0, 2, 15, 4, 5, 6);
  setTimeout(callback: () => void) {
    this.due.push(callback);
    return () => void this.due.splice(this.due.indexOf(callback), 1);
  }
}

const flags = { port: flag.int({ section: 'Misc', usage: 'The port.', default: 80 }) };

function daemon(run: DaemonSpec<typeof flags>['run'], more: Partial<DaemonSpec<typeof flags>> = {}): DaemonSpec<typeof flags> {
  return { name: 'kube-test', description: 'A test.', flags, run, ...more };
}

const untilStopped = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

describe('runDaemon', () => {
  it('hands the parsed flags to the wiring and exits 0 when it resolves', async () => {
    const host = new FakeHost('--port=81');
    const seen: unknown[] = [];
    await runDaemon(
      daemon(async (values, _context, given) => void seen.push(values.port, [...given])),
      host,
    );
    expect(seen).toEqual([81, ['port']]);
    expect(host.exits).toEqual([0]);
  });

  it('answers a wrong flag with one line on standard error and exit code 1, and runs nothing', async () => {
    const host = new FakeHost('--foo');
    await runDaemon(
      daemon(() => Promise.reject(new Error('must not run'))),
      host,
    );
    expect(host).toMatchObject({ err: 'Error: unknown flag: --foo\n', out: '', exits: [1] });
  });

  it('answers flags that contradict each other likewise', async () => {
    const host = new FakeHost();
    await runDaemon(
      daemon(() => Promise.resolve(), { validate: () => ['--a is wrong', '--b is wrong'] }),
      host,
    );
    expect(host).toMatchObject({ err: 'Error: [--a is wrong, --b is wrong]\n', exits: [1] });
  });

  it('prints its version, also when other flags are incomplete', async () => {
    const host = new FakeHost('--version');
    await runDaemon(
      daemon(() => Promise.resolve(), { validate: () => ['--etcd-servers must be specified'] }),
      host,
    );
    expect(host).toMatchObject({ out: 'Kubernetes v1.36.3+keelson.0.1.0\n', err: '', exits: [0] });
  });

  it('aborts the signal on SIGTERM, waits for the wiring, and leaves no timer or listener', async () => {
    const host = new FakeHost();
    const timers = new ManualTimers();
    const ended = runDaemon(
      daemon((_values, { signal }) => untilStopped(signal)),
      host,
      timers,
    );
    host.emit('SIGTERM', 'SIGTERM');
    await ended;
    expect(host.exits).toEqual([0]);
    expect(timers.due).toEqual([]);
    expect(host.eventNames()).toEqual([]);
    expect(host.err).toBe('I0102 15:04:05.006000      42 kube-test] "Received signal, shutting down" signal="SIGTERM"\n');
  });

  it('ends at once on a second signal', async () => {
    const host = new FakeHost();
    const ended = runDaemon(
      daemon(() => new Promise(() => undefined)),
      host,
      new ManualTimers(),
    );
    host.emit('SIGINT', 'SIGINT');
    host.emit('SIGTERM', 'SIGTERM');
    await ended;
    expect(host.exits).toEqual([1]);
  });

  it('ends a shutdown that takes longer than the grace', async () => {
    const host = new FakeHost();
    const timers = new ManualTimers();
    const ended = runDaemon(
      daemon(() => new Promise(() => undefined)),
      host,
      timers,
    );
    host.emit('SIGTERM', 'SIGTERM');
    timers.due[0]?.();
    await ended;
    expect(host.exits).toEqual([1]);
    expect(host.err).toContain('"Shutdown did not finish in time, exiting" seconds=30');
  });

  it('logs why the wiring failed, with the cause, and exits 1', async () => {
    const host = new FakeHost();
    await runDaemon(
      daemon(() => Promise.reject(new Error('listening', { cause: new Error('port 80 is in use') }))),
      host,
    );
    expect(host.err).toContain('"command failed" err="listening: port 80 is in use"');
    expect(host.exits).toEqual([1]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('logs an %s and exits 1', async (event) => {
    const host = new FakeHost();
    const ended = runDaemon(
      daemon(() => new Promise(() => undefined)),
      host,
    );
    host.emit(event, new Error('boom'));
    await ended;
    expect(host.err).toContain('err="boom"');
    expect(host.exits).toEqual([1]);
  });

  it('exits only when a slow reader has taken the last line', async () => {
    const host = new FakeHost();
    const taken = Promise.withResolvers<undefined>();
    const stderr = new Writable({ write: (_chunk, _encoding, done) => void taken.promise.then(() => done()) });
    const ended = runDaemon(
      daemon(() => Promise.reject(new Error('last'))),
      Object.assign(host, { stderr }),
      new ManualTimers(),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(host.exits).toEqual([]);
    taken.resolve(undefined);
    await ended;
    expect(host.exits).toEqual([1]);
  });

  it('does not wait for a reader that stands still', async () => {
    const host = new FakeHost();
    const timers = new ManualTimers();
    const ended = runDaemon(
      daemon(() => Promise.reject(new Error('last'))),
      Object.assign(host, { stderr: new Writable({ write: () => undefined }) }),
      timers,
    );
    await new Promise((resolve) => setImmediate(resolve));
    for (const expire of timers.due) expire();
    await ended;
    expect(host.exits).toEqual([1]);
  });

  it('goes on when the reader of its log goes away', async () => {
    const host = new FakeHost();
    const timers = new ManualTimers();
    const ended = runDaemon(
      daemon((_values, { signal }) => untilStopped(signal)),
      host,
      timers,
    );
    host.stderr.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(host.exits).toEqual([]);
    host.emit('SIGTERM', 'SIGTERM');
    await ended;
    expect(host.exits).toEqual([0]);
  });
});
