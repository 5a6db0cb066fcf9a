import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { isAlive } from './process-identity';
import { SupervisedProcess } from './supervised-process';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'keelson-supervised-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function supervise(script: string) {
  const clock = new FakeClock();
  let wake: () => void = () => undefined;
  const supervised = new SupervisedProcess({
    name: 'test',
    file: '/bin/sh',
    args: ['-c', script],
    environment: process.env,
    logFile: join(folder, 'logs', 'test.log'),
    clock,
    log: silentLogger,
    onChange: () => wake(),
  });
  /** Resolves at the first change after which `condition` holds. */
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      wake = () => {
        if (condition()) resolve();
      };
      wake();
    });
  return { supervised, clock, until };
}

describe('SupervisedProcess', () => {
  it('starts a process again when it ends, after a wait that doubles', async () => {
    const { supervised, clock, until } = supervise('exit 3');
    supervised.start();
    await until(() => supervised.state.restarts === 1);
    expect(supervised.state.lastEnd).toBe('exit code 3');
    await clock.advance(500);
    await until(() => supervised.state.restarts === 2);
    await clock.advance(999);
    expect(supervised.state.identity).toBeUndefined();
    await clock.advance(1);
    await until(() => supervised.state.restarts === 3);
    await supervised.stop(0);
    expect(clock.pending).toBe(0);
  });

  it('says which signal killed a process', async () => {
    const { supervised, until } = supervise('kill -9 $$');
    supervised.start();
    await until(() => supervised.state.restarts === 1);
    expect(supervised.state.lastEnd).toBe('signal SIGKILL');
    await supervised.stop(0);
  });

  it('appends what a process says to its log, and lets it end when it is stopped', async () => {
    const { supervised, until } = supervise('trap "echo bye; exit 0" TERM; echo hello; while :; do sleep 0.05; done');
    supervised.start();
    const { identity } = supervised.state;
    expect(identity !== undefined && isAlive(identity)).toBe(true);
    const log = join(folder, 'logs', 'test.log');
    while (!readFileSync(log, 'utf8').includes('hello')) await new Promise((resolve) => setImmediate(resolve));
    await supervised.stop(60_000);
    await until(() => supervised.state.identity === undefined);
    expect(readFileSync(log, 'utf8')).toBe('hello\nbye\n');
    expect(supervised.state.restarts).toBe(0);
  });

  it('goes on trying a program that is not there', async () => {
    const { supervised, until } = supervise('');
    const missing = new SupervisedProcess({
      name: 'missing',
      file: join(folder, 'nothing'),
      args: [],
      environment: process.env,
      logFile: join(folder, 'missing.log'),
      clock: new FakeClock(),
      log: silentLogger,
      onChange: () => undefined,
    });
    missing.start();
    while (missing.state.restarts === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(missing.state.lastEnd).toContain('could not be started');
    await missing.stop(0);
    supervised.start();
    await until(() => supervised.state.restarts > 0);
    await supervised.stop(0);
  });
});
