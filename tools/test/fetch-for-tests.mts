import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fetchTool } from '../kubectl/fetch.mts';

/** What the end-to-end tests would fetch themselves, if a way led out of the network that they run in. What can't be had, they say that they miss. */
export function fetchForTests(): void {
  try {
    fetchTool('kubectl');
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
  }
  spawnSync('go', ['mod', 'download'], { cwd: join(import.meta.dirname, '../../e2e/clients/go'), stdio: 'ignore' });
}
