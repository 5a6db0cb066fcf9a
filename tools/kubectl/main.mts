/** What `npm run kubectl -- ARGS` runs: kubectl, fetched if need be. */
import { spawn } from 'node:child_process';
import { fetchTool } from './fetch.mts';

try {
  const kubectl = spawn(fetchTool('kubectl'), process.argv.slice(2), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => kubectl.kill(signal));
  kubectl.on('exit', (code) => (process.exitCode = code ?? 1));
} catch (error) {
  process.stderr.write(`keelson: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
