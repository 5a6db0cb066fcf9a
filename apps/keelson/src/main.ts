import { createReadStream, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '@keelson/apimachinery';
import { createLogger, KEELSON_VERSION, KUBERNETES_VERSION } from '@keelson/component-base';
import { ClusterFolder, daemonSpecs, identityOf, Launcher, readSettings, supervise, thisMachine, UserError } from '@keelson/launcher';
import { Command, InvalidArgumentError, Option } from 'commander';
import { addCleanNodeCommand } from './clean-node-command';
import { addPkiCommand } from './pki-command';

const folder = new ClusterFolder(resolve(process.env['KEELSON_HOME'] ?? join(homedir(), '.keelson')));
const self = resolve(process.argv[1] ?? '');
/** `dist/bin`, beside the bundle that this is. */
const executables = join(import.meta.dirname, '../../bin');

const launcher = new Launcher({
  folder,
  machine: thisMachine(),
  terminal: { say: (line) => void process.stdout.write(`${line}\n`) },
  clock: systemClock,
  supervisor: [process.execPath, '--enable-source-maps', self, 'supervise'],
  userKubeconfig: process.env['KUBECONFIG']?.split(':')[0] ?? join(homedir(), '.kube', 'config'),
});

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('it must be a whole number from 1 on.');
  return value;
}

async function runSupervisor(): Promise<void> {
  const settings = await readSettings(folder);
  const identity = identityOf(process.pid);
  if (settings === undefined || identity === undefined) throw new UserError(`there is no cluster in ${folder.home}`);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const log = createLogger({ name: 'keelson', format: 'text', verbosity: 0, stream: process.stderr, pid: process.pid, clock: systemClock });
  const specs = daemonSpecs({ folder, settings, pki: await launcher.pki(settings) });
  await supervise({ folder, specs, executables, self: identity, clock: systemClock, log, signal: stop.signal });
}

async function showLog(name: string): Promise<void> {
  const file = folder.logFile(name);
  if (!existsSync(file)) throw new UserError(`there is no log of ${name} in ${join(folder.home, 'logs')}`);
  await pipeline(createReadStream(file), process.stdout, { end: false });
}

const program = new Command('keelson')
  .description('A Kubernetes cluster on this machine.')
  .version(`Kubernetes ${KUBERNETES_VERSION}, Keelson ${KEELSON_VERSION}`);
program
  .command('up')
  .description('start the cluster, or resume the one that is there')
  .option('--nodes <count>', 'how many nodes', positive)
  .addOption(new Option('--runtime <runtime>', 'real containers or simulated ones').choices(['docker', 'hollow']))
  .option('--secure-port <port>', "the API server's port", positive)
  .option('--no-wait', 'do not wait for the nodes')
  .action((options: Parameters<Launcher['up']>[0]) => launcher.up(options));
program
  .command('down')
  .description('stop the cluster and keep its data')
  .option('--delete', 'delete its data too', false)
  .action((options: { delete: boolean }) => launcher.down({ remove: options.delete }));
program
  .command('status')
  .description('show what runs')
  .action(() => launcher.status());
program.command('logs').argument('<name>', 'a daemon, as keelson status names it').description('print the log of a daemon').action(showLog);
program
  .command('kubeconfig')
  .description('print the path of a kubeconfig with every right')
  .action(() => void process.stdout.write(`${join(folder.configuration, 'admin.conf')}\n`));
addPkiCommand(program);
addCleanNodeCommand(program);
program.command('supervise', { hidden: true }).action(runSupervisor);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`keelson: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
