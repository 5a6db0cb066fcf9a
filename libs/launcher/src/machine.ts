import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { DockerRuntime } from '@keelson/container-runtime';

const run = promisify(execFile);

/** What the launcher needs to know of the machine, and can do to it. */
export interface Machine {
  readonly isRoot: boolean;
  /** Debian, Ubuntu and their like, where packages can be installed with apt. */
  readonly hasApt: boolean;
  /** The first address that is not the loopback's; pods reach the apiserver there. */
  readonly address: string;
  dockerAnswers(): Promise<boolean>;
  /** @throws Error with the package manager's words */
  install(packages: readonly string[]): Promise<void>;
  /** @returns whether something listens there already */
  isPortTaken(port: number): Promise<boolean>;
}

export function thisMachine(): Machine {
  return {
    isRoot: process.getuid?.() === 0,
    hasApt: existsSync('/usr/bin/apt-get') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readIfThere('/etc/os-release')),
    address:
      Object.values(networkInterfaces())
        .flatMap((each) => each ?? [])
        .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1',
    dockerAnswers,
    async install(packages) {
      await run('apt-get', ['update', '-q']);
      await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]);
    },
    isPortTaken,
  };
}

async function dockerAnswers(): Promise<boolean> {
  try {
    await new DockerRuntime({ node: 'doctor', clock: systemClock, log: silentLogger }).version();
    return true;
  } catch {
    return false;
  }
}

function isPortTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen(port, () => server.close(() => resolve(false)));
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
