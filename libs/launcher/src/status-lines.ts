import { SUPERVISOR, type ClusterProcess } from './cluster-processes';
import type { ClusterState } from './cluster-state';
import type { ProcessState } from './supervised-process';

const NAME_WIDTH = 28;

/**
 * A line for each process of a cluster. Who runs is what `running` says; the state file adds what was before.
 * @param now milliseconds since the epoch
 */
export function statusLines(state: ClusterState | undefined, running: readonly ClusterProcess[], now: number): readonly string[] {
  if (state === undefined && running.length === 0) return ['There is no cluster that runs; keelson up starts one.'];
  const supervisor = running.find(({ name }) => name === SUPERVISOR);
  const known = state?.daemons ?? [];
  const unknown = running.filter(({ name }) => name !== SUPERVISOR && !known.some((daemon) => daemon.name === name));
  return [
    line(SUPERVISOR, supervisor === undefined ? 'not running' : `running, pid ${supervisor.identity.pid}`),
    ...known.map((daemon) => daemonLine(daemon, running, now)),
    ...unknown.map(({ identity, name }) => line(name, `running, pid ${identity.pid}`)),
  ];
}

function daemonLine({ identity, lastEnd, name, restarts, since }: ProcessState, running: readonly ClusterProcess[], now: number): string {
  const seconds = Math.round((now - since) / 1000);
  const process = running.find((each) => each.identity.pid === identity?.pid && each.identity.startTime === identity.startTime);
  const state = process === undefined ? 'not running' : `running for ${seconds} s, pid ${process.identity.pid}`;
  return line(name, `${state}${restarts === 0 ? '' : `, started again ${restarts} times; last end: ${lastEnd ?? ''}`}`);
}

const line = (name: string, state: string): string => `${name.padEnd(NAME_WIDTH)}${state}`;
