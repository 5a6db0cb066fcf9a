import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@keelson/component-base';
import type { ClusterFolder } from './cluster-folder';

/** What a cluster was made with, and keeps for its life; but for its address, which follows the machine's. */
export interface ClusterSettings {
  readonly nodes: number;
  readonly runtime: 'docker' | 'hollow';
  readonly store: 'lmdb' | 'etcd';
  /** The control plane and its simulated nodes share one process. */
  readonly oneProcess: boolean;
  readonly securePort: number;
  /** Where pods and nodes reach the apiserver. */
  readonly advertiseAddress: string;
}

/** What a cluster is made with where nobody wishes otherwise. */
export const DEFAULT_SETTINGS = { nodes: 1, store: 'lmdb', oneProcess: false, securePort: 6443 } as const;

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
    const { advertiseAddress, nodes, oneProcess, runtime, securePort, store } = value;
    const isWhole =
      Number.isInteger(nodes) &&
      (runtime === 'docker' || runtime === 'hollow') &&
      (store === 'lmdb' || store === 'etcd') &&
      typeof oneProcess === 'boolean' &&
      Number.isInteger(securePort) &&
      typeof advertiseAddress === 'string';
    return isWhole ? (value as ClusterSettings) : undefined;
  } catch {
    return undefined;
  }
}
