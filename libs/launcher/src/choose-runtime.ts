import type { Machine } from './machine';
import { UserError, type Terminal } from './terminal';

export type RuntimeChoice = 'docker' | 'hollow';

/**
 * Real containers if Docker answers or can be installed, which is said before it is done; otherwise simulated nodes, and the one command that
 * would bring real ones.
 * @param wanted what the user asked for; undefined for the best there is
 * @throws UserError if Docker was asked for and can't be had
 */
export async function chooseRuntime(machine: Machine, wanted: RuntimeChoice | undefined, terminal: Terminal): Promise<RuntimeChoice> {
  if (wanted === 'hollow') return 'hollow';
  if (await machine.dockerAnswers()) return requireRoot(machine, wanted, terminal);
  if (machine.isRoot && machine.hasApt) {
    terminal.say('Docker does not answer: installing it (apt-get install docker.io) ...');
    await machine.install(['docker.io']);
    if (await machine.dockerAnswers()) return 'docker';
  }
  if (wanted === 'docker') throw new UserError('Docker does not answer at /var/run/docker.sock; start it and try again');
  terminal.say('Docker does not answer, so the nodes are simulated: pods run, but nothing is in them.');
  terminal.say(
    `For real containers: ${machine.hasApt ? 'sudo apt-get install docker.io' : 'install and start Docker'}, then keelson down --delete and start again as root.`,
  );
  return 'hollow';
}

/** The kubelet makes mounts and networks. */
function requireRoot(machine: Machine, wanted: RuntimeChoice | undefined, terminal: Terminal): RuntimeChoice {
  if (machine.isRoot) return 'docker';
  if (wanted === 'docker') throw new UserError('nodes with real containers need root: run the same command with sudo');
  terminal.say(
    'Docker is there, but nodes with real containers need root, so the nodes are simulated. For real ones, run the same command with sudo.',
  );
  return 'hollow';
}
