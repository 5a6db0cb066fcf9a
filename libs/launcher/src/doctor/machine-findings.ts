import type { Machine } from '../machine';
import { bad, fair, good, type Finding } from './finding';

const NODE_MAJOR = 24;
const GIBIBYTE = 2 ** 30;
/** Objects and logs alone fit into the lesser; images need the greater. */
const LEAST_BYTES = GIBIBYTE / 2;
const AMPLE_BYTES = 5 * GIBIBYTE;
/** What kubelets and the programs in pods watch files with; kind asks for the same. */
const INOTIFY = { 'fs/inotify/max_user_watches': 65_536, 'fs/inotify/max_user_instances': 128 } as const;

export function nodeFinding({ nodeVersion }: Machine): Finding {
  const isNew = Number(nodeVersion.split('.')[0]) >= NODE_MAJOR;
  return isNew
    ? good(`Node ${nodeVersion}`)
    : bad(`Node ${nodeVersion} is too old: run dist/bin/keelson, which has Node ${NODE_MAJOR} with it`);
}

export function rootFinding({ isRoot }: Machine): Finding {
  return isRoot ? good('running as root') : fair('not running as root, so nodes are simulated: for real containers use sudo');
}

export async function dockerFinding(machine: Machine): Promise<Finding> {
  if (await machine.dockerAnswers()) return good('Docker answers');
  if ((await machine.find('dockerd')) !== undefined)
    return fair(`Docker is installed and does not answer: ${machine.hasSystemd ? 'sudo systemctl start docker' : 'start dockerd'}`);
  const remedy = machine.hasApt ? 'keelson up installs it as root, or: sudo apt-get install docker.io' : 'install it for real containers';
  return fair(`Docker is not installed, so nodes are simulated: ${remedy}`);
}

/** @param use what it is needed for */
export async function programFinding(
  machine: Machine,
  program: string,
  { package: name, use }: { package: string; use: string },
): Promise<Finding> {
  const path = await machine.find(program);
  if (path !== undefined) return good(`${program} is at ${path}`);
  return fair(`${program} is not installed, which ${use} needs: ${machine.hasApt ? `sudo apt-get install ${name}` : `install ${name}`}`);
}

/** @param folder one that exists, where the cluster's data will be */
export async function diskFinding(machine: Machine, folder: string): Promise<Finding> {
  const bytes = await machine.freeBytes(folder);
  const line = `${(bytes / GIBIBYTE).toFixed(1)} GiB are free at ${folder}`;
  if (bytes < LEAST_BYTES) return bad(`${line}: make room, or set KEELSON_HOME to a folder on another disk`);
  return bytes < AMPLE_BYTES ? fair(`${line}: enough for simulated nodes, little for images`) : good(line);
}

export function inotifyFindings(machine: Machine): readonly Finding[] {
  return Object.entries(INOTIFY).map(([name, wanted]) => {
    const value = machine.kernelSetting(name);
    const variable = name.replaceAll('/', '.');
    if (value === undefined) return fair(`${variable} can't be read`);
    return value >= wanted
      ? good(`${variable} is ${value}`)
      : fair(`${variable} is ${value}, which is little: sudo sysctl ${variable}=${wanted}`);
  });
}
