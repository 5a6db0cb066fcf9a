import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '@keelson/apimachinery';
import { clusterProcesses, endProcesses, processMark } from './cluster-processes';

const HOME = `/nowhere/keelson-processes-${process.pid}`;
const children: ChildProcess[] = [];

function start(name: string, script: string, home = HOME): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script], {
    env: { ...process.env, ...processMark(home, name) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  return child;
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** A shell that says when it is ready, and then only waits: for another process of its cluster, whose end ends a wait that began too late to see a signal. */
const WAITING = 'while :; do sleep 60 & echo ready; wait $!; done';

describe('clusterProcesses', () => {
  it('finds the processes of one cluster by name, wherever they were started from', () => {
    const apiserver = start('kube-apiserver', 'exec sleep 60');
    start('kube-apiserver', 'exec sleep 60', `${HOME}-of-another`);
    expect(clusterProcesses(HOME).map(({ identity, name }) => [name, identity.pid])).toEqual([['kube-apiserver', apiserver.pid]]);
  });
});

describe('endProcesses', () => {
  it('asks, and kills who does not listen', async () => {
    const polite = start('kubelet', 'exec sleep 60');
    const politeEnd = once(polite, 'exit');
    expect(await endProcesses(HOME, systemClock)).toEqual([]);
    expect(await politeEnd).toEqual([null, 'SIGTERM']);
  });

  it('lets the supervisor stop its daemons before it asks them itself', async () => {
    const daemon = start('kube-apiserver', `trap 'exit 3' TERM; ${WAITING}`);
    await once(daemon.stdout!, 'data');
    const supervisor = start('supervisor', `trap 'kill -USR1 ${daemon.pid}; exit 0' TERM; ${WAITING}`);
    await once(supervisor.stdout!, 'data');
    const ends = Promise.all([once(daemon, 'exit'), once(supervisor, 'exit')]);
    await endProcesses(HOME, systemClock);
    expect(await ends).toEqual([
      [null, 'SIGUSR1'],
      [0, null],
    ]);
  });
});
