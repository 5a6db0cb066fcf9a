import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fetchTool } from '../../tools/kubectl/fetch.mts';

export interface Kubectl {
  readonly version: string;
  readonly path: string;
}

/** The kubectl that `npm run kubectl` fetches, and one of each other version that this machine has. */
export function everyKubectl(): readonly Kubectl[] {
  const found = [fetchTool('kubectl'), ...foldersOfPath().flatMap(kubectlsIn)].flatMap((path) => {
    const version = versionOf(path);
    return version === undefined ? [] : [{ version, path }];
  });
  return [...Map.groupBy(found, ({ version }) => version).values()].flatMap(([first]) => first ?? []);
}

function foldersOfPath(): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  // Beside a kubectl that is a link, others of its kind may lie.
  const targets = folders.flatMap((folder) => {
    try {
      return [dirname(realpathSync(join(folder, 'kubectl')))];
    } catch {
      return [];
    }
  });
  return [...new Set([...folders, ...targets])];
}

function kubectlsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^kubectl(\.\d+\.\d+)?$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** @returns undefined for what is no kubectl, whatever its name */
function versionOf(path: string): string | undefined {
  try {
    const text = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return (JSON.parse(text) as { readonly clientVersion?: { readonly gitVersion?: string } }).clientVersion?.gitVersion;
  } catch {
    return undefined;
  }
}
