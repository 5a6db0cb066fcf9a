import { readdirSync, readFileSync } from 'node:fs';
import { sleep, type Clock } from '@keelson/apimachinery';
import { identityOf, isAlive, signalProcess, type ProcessIdentity } from './process-identity';

const CLUSTER = 'KEELSON_CLUSTER';
const PROCESS = 'KEELSON_PROCESS';
/** The name of the supervisor among a cluster's processes. */
export const SUPERVISOR = 'supervisor';

/** How long the supervisor may take to stop its daemons, and how long anyone else may take to end. */
const SUPERVISOR_GRACE_MILLISECONDS = 120_000;
const GRACE_MILLISECONDS = 15_000;
const KILLED_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 50;

export interface ClusterProcess {
  /** A daemon's name, or {@link SUPERVISOR}. */
  readonly name: string;
  readonly identity: ProcessIdentity;
}

/**
 * What every process of a cluster is started with. It is how the process is found again: the kernel keeps it, whatever file is lost and
 * whoever was killed.
 */
export function processMark(home: string, name: string): Readonly<Record<string, string>> {
  return { [CLUSTER]: home, [PROCESS]: name };
}

/** The processes of the cluster in `home` that run now, as far as this user may see them; never this process itself. */
export function clusterProcesses(home: string): readonly ClusterProcess[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      const identity = identityOf(Number(entry));
      const name = markedName(entry, home);
      return identity === undefined || name === undefined ? [] : [{ name, identity }];
    });
}

/** @returns undefined if the process is not of this cluster, or is gone or another user's */
function markedName(pid: string, home: string): string | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    if (!entries.includes(`${CLUSTER}=${home}`)) return undefined;
    return entries.find((entry) => entry.startsWith(`${PROCESS}=`))?.slice(PROCESS.length + 1);
  } catch {
    return undefined;
  }
}

/**
 * Ends every process of a cluster: the supervisor by asking it, which stops its daemons in order; then what is left, first by asking, then
 * without. Containers run on.
 * @returns who is still there; empty unless the kernel keeps one
 */
export async function endProcesses(home: string, clock: Clock): Promise<readonly ClusterProcess[]> {
  const supervisors = clusterProcesses(home).filter(({ name }) => name === SUPERVISOR);
  await end(supervisors, { signal: 'SIGTERM', clock, milliseconds: SUPERVISOR_GRACE_MILLISECONDS });
  await end(clusterProcesses(home), { signal: 'SIGTERM', clock, milliseconds: GRACE_MILLISECONDS });
  await end(clusterProcesses(home), { signal: 'SIGKILL', clock, milliseconds: KILLED_MILLISECONDS });
  return clusterProcesses(home);
}

async function end(
  processes: readonly ClusterProcess[],
  { clock, milliseconds, signal }: { readonly signal: NodeJS.Signals; readonly clock: Clock; readonly milliseconds: number },
): Promise<void> {
  for (const { identity } of processes) signalProcess(identity, signal);
  const deadline = clock.monotonic() + milliseconds;
  while (processes.some(({ identity }) => isAlive(identity)) && clock.monotonic() < deadline) await sleep(clock, POLL_MILLISECONDS);
}
