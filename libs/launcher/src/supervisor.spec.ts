import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { ClusterFolder } from './cluster-folder';
import { clusterProcesses, processMark } from './cluster-processes';
import { readState, type ClusterState } from './cluster-state';
import { identityOf, isAlive } from './process-identity';
import { supervise } from './supervisor';

let home: string;
let folder: ClusterFolder;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keelson-supervisor-'));
  folder = new ClusterFolder(home);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Shells in the place of daemons, each with a script. */
function run(scripts: Readonly<Record<string, string>>, alongside = () => Promise.resolve()) {
  const stop = new AbortController();
  const done = supervise({
    folder,
    specs: Object.entries(scripts).map(([name, script]) => ({ name, executable: 'sh', args: ['-c', script], ports: [] })),
    executables: join(home, 'nothing'),
    environment: process.env,
    self: identityOf(process.pid)!,
    clock: systemClock,
    log: silentLogger,
    signal: stop.signal,
    alongside,
  });
  return { stop: () => (stop.abort(), done) };
}

async function stateWhere(holds: (state: ClusterState) => boolean): Promise<ClusterState> {
  for (;;) {
    const state = await readState(folder);
    if (state !== undefined && holds(state)) return state;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('supervise', () => {
  it('starts a daemon that was killed again, and writes that down', async () => {
    const { stop } = run({ first: 'exec sleep 60', second: 'exec sleep 60' });
    const before = await stateWhere(({ daemons }) => daemons.every(({ identity }) => identity !== undefined));
    expect(
      clusterProcesses(home)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['first', 'second']);
    process.kill(before.daemons[0]!.identity!.pid, 'SIGKILL');
    const after = await stateWhere(({ daemons }) => daemons[0]?.restarts === 1 && daemons[0].identity !== undefined);
    expect(after.daemons[0]).toMatchObject({ name: 'first', lastEnd: 'signal SIGKILL' });
    expect(after.daemons[1]).toEqual(before.daemons[1]);
    await stop();
    expect(clusterProcesses(home)).toEqual([]);
  });

  it('stops the daemons in the opposite order of their start', async () => {
    const order = join(home, 'order');
    const script = (name: string) => `trap 'echo ${name} >> ${order}; exit 0' TERM; echo ready; while :; do sleep 0.02; done`;
    const { stop } = run({ first: script('first'), second: script('second') });
    await stateWhere(({ daemons }) => daemons.every(({ identity }) => identity !== undefined));
    for (const name of ['first', 'second'])
      while (!readFileSync(folder.logFile(name), 'utf8').includes('ready')) await new Promise((resolve) => setImmediate(resolve));
    await stop();
    expect(readFileSync(order, 'utf8')).toBe('second\nfirst\n');
  });

  it('ends what an earlier supervisor has left before it starts anything', async () => {
    await mkdir(home, { recursive: true });
    const left = spawn('sleep', ['60'], { env: { ...process.env, ...processMark(home, 'first') } });
    const identity = identityOf(left.pid!)!;
    const ended = once(left, 'exit');
    const { stop } = run({ first: 'exec sleep 60' });
    await ended;
    await stateWhere(({ daemons }) => daemons[0]?.identity !== undefined);
    expect(isAlive(identity)).toBe(false);
    expect(clusterProcesses(home)).toHaveLength(1);
    await stop();
  });

  it('does the rest once the daemons are started, and waits for it', async () => {
    let names: string[] = [];
    const rest = Promise.withResolvers<undefined>();
    const { stop } = run({ first: 'exec sleep 60' }, () => {
      names = clusterProcesses(home).map(({ name }) => name);
      return rest.promise;
    });
    await stateWhere(({ daemons }) => daemons[0]?.identity !== undefined);
    expect(names).toEqual(['first']);
    let hasEnded = false;
    const ended = stop().then(() => (hasEnded = true));
    while (clusterProcesses(home).length > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    rest.resolve(undefined);
    await ended;
  });
});
