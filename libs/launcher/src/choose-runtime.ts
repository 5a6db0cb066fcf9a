import { sleep, type Clock } from '@keelson/apimachinery';
import type { Machine } from './machine';
import { UserError, type Terminal } from './terminal';

export type RuntimeChoice = 'docker' | 'hollow';

/** What nodes with real containers call, and the packages that bring it. */
const PROGRAMS = [
  { program: 'iptables', package: 'iptables' },
  { program: 'nft', package: 'nftables' },
  { program: 'conntrack', package: 'conntrack' },
] as const;

/** A daemon that was just started may take this long to answer. */
const DOCKER_MILLISECONDS = 15_000;
const POLL_MILLISECONDS = 250;

export interface ChooseRuntimeDeps {
  readonly machine: Machine;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/**
 * Real containers if Docker answers or can be installed, which is said before it is done; otherwise simulated nodes, and the one command that
 * would bring real ones.
 * @param wanted what the user asked for; undefined for the best there is
 * @throws UserError if Docker was asked for and can't be had
 */
export async function chooseRuntime(wanted: RuntimeChoice | undefined, deps: ChooseRuntimeDeps): Promise<RuntimeChoice> {
  if (wanted === 'hollow') return 'hollow';
  const { terminal } = deps;
  const obstacle = await obstacleToDocker(deps);
  if (obstacle === undefined) return 'docker';
  if (wanted === 'docker') throw new UserError(`${obstacle.what}; ${obstacle.remedy}`);
  terminal.say(`The nodes are simulated (pods run, but nothing is in them), since ${obstacle.what}.`);
  terminal.say(`For real containers: ${obstacle.remedy}, then keelson down --delete and start again as root.`);
  return 'hollow';
}

interface Obstacle {
  readonly what: string;
  readonly remedy: string;
}

/** Makes the machine ready for real containers as far as that is allowed here. @returns what is in the way; undefined if nothing is */
async function obstacleToDocker(deps: ChooseRuntimeDeps): Promise<Obstacle | undefined> {
  const { machine } = deps;
  if (!machine.isRoot && (await machine.dockerAnswers()))
    return { what: 'nodes with real containers need root', remedy: 'run the same command with sudo' };
  if (!(await machine.dockerAnswers())) {
    const obstacle = await bringDocker(deps);
    if (obstacle !== undefined) return obstacle;
  }
  return bringPrograms(deps);
}

async function bringDocker({ clock, machine, terminal }: ChooseRuntimeDeps): Promise<Obstacle | undefined> {
  const what = 'Docker does not answer at /var/run/docker.sock';
  const isThere = (await machine.find('dockerd')) !== undefined;
  if (!machine.isRoot || (!isThere && !machine.hasApt)) return { what, remedy: remedyFor(isThere, machine) };
  if (!isThere) {
    terminal.say('Docker is not installed: installing it (apt-get install docker.io) ...');
    await machine.install(['docker.io']);
  }
  if (machine.hasSystemd) {
    terminal.say('Starting Docker (systemctl enable --now docker) ...');
    await machine.startService('docker');
  }
  if (await answersInTime(machine, clock, machine.hasSystemd ? DOCKER_MILLISECONDS : 0)) return undefined;
  return { what, remedy: machine.hasSystemd ? 'see systemctl status docker' : 'start its daemon (there is no systemd here): dockerd' };
}

function remedyFor(isInstalled: boolean, { hasApt }: Machine): string {
  if (isInstalled) return 'sudo systemctl start docker';
  return hasApt ? 'sudo apt-get install docker.io' : 'install and start Docker';
}

async function answersInTime(machine: Machine, clock: Clock, milliseconds: number): Promise<boolean> {
  const end = clock.monotonic() + milliseconds;
  while (!(await machine.dockerAnswers())) {
    if (clock.monotonic() >= end) return false;
    await sleep(clock, POLL_MILLISECONDS);
  }
  return true;
}

async function bringPrograms({ machine, terminal }: ChooseRuntimeDeps): Promise<Obstacle | undefined> {
  const missing: (typeof PROGRAMS)[number][] = [];
  for (const each of PROGRAMS) if ((await machine.find(each.program)) === undefined) missing.push(each);
  if (missing.length === 0) return undefined;
  const packages = missing.map((each) => each.package);
  if (!machine.hasApt)
    return { what: `${missing.map(({ program }) => program).join(' and ')} is not installed`, remedy: `install ${packages.join(' and ')}` };
  terminal.say(`Pods' networks need more programs: installing them (apt-get install ${packages.join(' ')}) ...`);
  await machine.install(packages);
  return undefined;
}
