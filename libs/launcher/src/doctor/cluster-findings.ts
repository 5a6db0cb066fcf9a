import { clusterProcesses, SUPERVISOR } from '../cluster-processes';
import type { ClusterFolder } from '../cluster-folder';
import { readSettings, type ClusterSettings } from '../cluster-settings';
import type { DaemonSpec } from '../daemon-specs';
import type { Machine } from '../machine';
import { takenPorts } from '../taken-ports';
import { bad, fair, good, type Finding } from './finding';

/** Whether the settings can be read, and them if so. */
export async function settingsFinding(
  folder: ClusterFolder,
): Promise<{ readonly finding: Finding; readonly settings: ClusterSettings | undefined }> {
  try {
    const settings = await readSettings(folder);
    return { settings, finding: good(settings === undefined ? `no cluster in ${folder.home} yet` : `a cluster is in ${folder.home}`) };
  } catch (error) {
    return { settings: undefined, finding: bad(error instanceof Error ? error.message : String(error)) };
  }
}

export function processFinding(folder: ClusterFolder): {
  readonly finding: Finding;
  readonly isRunning: boolean;
  readonly own: ReadonlySet<number>;
} {
  const processes = clusterProcesses(folder.home);
  const isRunning = processes.some(({ name }) => name === SUPERVISOR);
  const own = new Set(processes.map(({ identity }) => identity.pid));
  if (isRunning || processes.length === 0)
    return { isRunning, own, finding: good(isRunning ? 'the cluster runs' : 'no process is left of an earlier run') };
  const names = processes.map(({ identity, name }) => `${name} (pid ${identity.pid})`).join(', ');
  return { isRunning, own, finding: fair(`left of an earlier run: ${names}; keelson up and keelson down end them`) };
}

/** What listens where the cluster's daemons have to. @param own processes of the cluster itself, which do not count */
export async function portFindings(machine: Machine, specs: readonly DaemonSpec[], own: ReadonlySet<number>): Promise<readonly Finding[]> {
  const isOther = async (port: number): Promise<boolean> =>
    (await machine.isPortTaken(port)) && !own.has(machine.portOwner(port)?.pid ?? 0);
  const taken = await takenPorts({ isPortTaken: isOther, portOwner: (port) => machine.portOwner(port) }, specs);
  return taken.length > 0 ? taken.map((line) => bad(`${line}: end it`)) : [good('all ports are free')];
}
