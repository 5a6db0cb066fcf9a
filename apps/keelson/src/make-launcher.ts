import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '@keelson/apimachinery';
import { Launcher, processMark, removeNodeTraces, SUPERVISOR, thisMachine, type ClusterFolder } from '@keelson/launcher';

export interface MakeLauncherOptions {
  readonly folder: ClusterFolder;
  readonly environment: NodeJS.ProcessEnv;
  /** The file of this program. */
  readonly self: string;
}

/** The launcher on this machine, for the user whose environment it is. */
export function makeLauncher({ environment, folder, self }: MakeLauncherOptions): Launcher {
  return new Launcher({
    folder,
    machine: thisMachine(environment['PATH'] ?? ''),
    terminal: { say: (line) => void process.stdout.write(`${line}\n`) },
    clock: systemClock,
    startSupervisor: () => startSupervisor({ environment, folder, self }),
    removeNodeTraces,
    userKubeconfig: environment['KUBECONFIG']?.split(':')[0] ?? join(homedir(), '.kube', 'config'),
  });
}

/** Apart from this process: it goes on when the terminal is closed. */
function startSupervisor({ environment, folder, self }: MakeLauncherOptions): void {
  const log = folder.logFile('keelson');
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  const output = openSync(log, 'a', 0o600);
  const env = { ...environment, ...processMark(folder.home, SUPERVISOR) };
  spawn(process.execPath, [self, 'supervise'], { detached: true, env, stdio: ['ignore', output, output] }).unref();
  closeSync(output);
}
