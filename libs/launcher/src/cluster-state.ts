import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@keelson/component-base';
import type { ClusterFolder } from './cluster-folder';
import type { ProcessIdentity } from './process-identity';
import type { ProcessState } from './supervised-process';

/** Who runs; the supervisor writes it at every change, so that others can find the processes even when the supervisor was killed. */
export interface ClusterState {
  readonly supervisor: ProcessIdentity;
  readonly daemons: readonly ProcessState[];
}

/** @returns undefined if nothing was started, or the file can't be read: then there is nothing to find */
export async function readState(folder: ClusterFolder): Promise<ClusterState | undefined> {
  try {
    const state = JSON.parse(await readFile(folder.stateFile, 'utf8')) as Partial<ClusterState>;
    return state.supervisor !== undefined && Array.isArray(state.daemons) ? (state as ClusterState) : undefined;
  } catch {
    return undefined;
  }
}

export function writeState(folder: ClusterFolder, state: ClusterState): Promise<void> {
  return writeFileAtomically(folder.stateFile, `${JSON.stringify(state)}\n`, { mode: 0o600 });
}
