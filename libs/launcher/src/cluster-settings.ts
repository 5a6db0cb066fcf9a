import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@keelson/component-base';
import type { ClusterFolder } from './cluster-folder';

/** What a cluster was made with, and keeps for its life. */
export interface ClusterSettings {
  readonly nodes: number;
  readonly runtime: 'docker' | 'hollow';
  readonly securePort: number;
  /** Where pods and nodes reach the apiserver. */
  readonly advertiseAddress: string;
}

export const DEFAULT_SECURE_PORT = 6443;

/** @returns undefined if there is no cluster yet @throws Error, one line, if the file is damaged */
export async function readSettings(folder: ClusterFolder): Promise<ClusterSettings | undefined> {
  const text = await readFile(folder.settingsFile, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const settings = parse(text);
  if (settings === undefined) throw new Error(`${folder.settingsFile} is damaged; put it right, or start over with: keelson down --delete`);
  return settings;
}

export function writeSettings(folder: ClusterFolder, settings: ClusterSettings): Promise<void> {
  return writeFileAtomically(folder.settingsFile, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });
}

function parse(text: string): ClusterSettings | undefined {
  try {
    const value = JSON.parse(text) as Partial<ClusterSettings>;
    const { advertiseAddress, nodes, runtime, securePort } = value;
    const isWhole =
      Number.isInteger(nodes) &&
      (runtime === 'docker' || runtime === 'hollow') &&
      Number.isInteger(securePort) &&
      typeof advertiseAddress === 'string';
    return isWhole ? (value as ClusterSettings) : undefined;
  } catch {
    return undefined;
  }
}
