import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '@keelson/apimachinery';
import { KEELSON_VERSION, KUBERNETES_VERSION } from '@keelson/component-base';
import { ClusterFolder, copyLog, followLog, UserError, type Launcher, type UpOptions } from '@keelson/launcher';
import { Command, InvalidArgumentError, Option } from 'commander';
import { addAddonsCommand } from './addons-command';
import { addCleanNodeCommand } from './clean-node-command';
import { addPkiCommand } from './pki-command';

const folder = new ClusterFolder(resolve(process.env['KEELSON_HOME'] ?? join(homedir(), '.keelson')));
const environment = { ...process.env, KEELSON_HOME: folder.home };
/** `dist/bin`, beside the bundle that this is. */
const executables = join(import.meta.dirname, '../../bin');
const self = resolve(process.argv[1] ?? '');

// Who reads what is said may go away (`keelson up | head -1`); that ends the telling, not the work.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

/** Only when a command needs it: the supervisor and a cluster in one process, which stay, do without. */
async function launcher(): Promise<Launcher> {
  const { makeLauncher } = await import('./make-launcher');
  return makeLauncher({ folder, environment, self });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('it must be a whole number from 1 on.');
  return value;
}

async function showLog(name: string, { follow }: { readonly follow: boolean }): Promise<void> {
  const file = folder.logFile(name);
  if (!existsSync(file)) throw new UserError(`there is no log of ${name} in ${join(folder.home, 'logs')}`);
  const write = (chunk: Uint8Array): void => void process.stdout.write(chunk);
  if (!follow) return copyLog(file, write);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  process.stdout.on('error', () => stop.abort());
  await followLog(file, { write, clock: systemClock, signal: stop.signal });
}

const program = new Command('keelson')
  .description('A Kubernetes cluster on this machine.')
  .version(`Kubernetes ${KUBERNETES_VERSION}, Keelson ${KEELSON_VERSION}`);
program
  .command('up')
  .description('start the cluster, or resume the one that is there')
  .option('--nodes <count>', 'how many nodes', positive)
  .addOption(new Option('--runtime <runtime>', 'real containers or simulated ones').choices(['docker', 'hollow']))
  .addOption(new Option('--store <store>', 'where objects are kept: embedded, or in an etcd').choices(['lmdb', 'etcd']))
  .option('--one-process', 'the control plane and simulated nodes in a single process')
  .option('--secure-port <port>', "the API server's port", positive)
  .option('--wait', 'wait for the nodes and the addons', true)
  .option('--no-wait', 'do not wait for them')
  .action(async (options: UpOptions) => (await launcher()).up(options));
program
  .command('down')
  .description('stop the cluster and keep its data')
  .option('--delete', 'delete its data too', false)
  .action(async (options: { delete: boolean }) => (await launcher()).down({ remove: options.delete }));
program
  .command('status')
  .description('show what runs')
  .action(async () => (await launcher()).status());
program
  .command('logs')
  .argument('<name>', 'a daemon, as keelson status names it; keelson for the supervisor')
  .description('print the log of a daemon')
  .option('-f, --follow', 'go on with what is added', false)
  .action(showLog);
program
  .command('kubeconfig')
  .description('print the path of a kubeconfig with every right')
  .action(() => void process.stdout.write(`${join(folder.configuration, 'admin.conf')}\n`));
program
  .command('doctor')
  .description('look whether this machine is fit for a cluster')
  .action(async () => {
    if (!(await (await launcher()).doctor())) process.exitCode = 1;
  });
addPkiCommand(program);
addAddonsCommand(program, join(executables, '..'));
addCleanNodeCommand(program);
program.command('supervise', { hidden: true }).action(async () => {
  const { runSupervisor } = await import('./run-supervisor');
  await runSupervisor({ folder, environment, executables });
});
program.command('run-in-one-process', { hidden: true }).action(async () => {
  const { runInOneProcess } = await import('./run-in-one-process');
  await runInOneProcess(folder);
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`keelson: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
