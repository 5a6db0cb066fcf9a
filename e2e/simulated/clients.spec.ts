import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../testing/cluster';

interface Client {
  readonly title: string;
  /** @returns the program and its arguments */
  readonly prepare: (folder: string) => readonly [string, ...string[]];
  readonly missing: string | undefined;
}

const CLIENTS: readonly Client[] = [
  {
    title: '@kubernetes/client-node',
    prepare: () => [process.execPath, join(__dirname, '../clients/node/main.mts')],
    missing: undefined,
  },
  {
    title: 'client-go, with protobuf and leader election',
    prepare: (folder) => {
      const program = join(folder, 'copier');
      execFileSync('go', ['build', '-o', program, '.'], { cwd: join(__dirname, '../clients/go'), stdio: ['ignore', 'ignore', 'inherit'] });
      return [program];
    },
    missing: hasGo() ? undefined : 'needs Go',
  },
];

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.up('--runtime', 'hollow')));
afterAll(() => cluster.remove());

for (const { missing, prepare, title } of CLIENTS)
  (missing === undefined ? describe : describe.skip)(
    `A controller on ${title}${missing === undefined ? '' : ` (not run: ${missing})`}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'keelson-client-'));
      let controller: ChildProcess;
      beforeAll(async () => {
        const [program, ...args] = prepare(folder);
        controller = spawn(program, args, { env: cluster.environment, stdio: ['ignore', 'pipe', 'inherit'] });
        if (controller.stdout === null) throw new Error('the controller has no standard output');
        await once(controller.stdout, 'data');
      });
      afterAll(async () => {
        const ended = once(controller, 'exit');
        controller.kill('SIGTERM');
        await ended;
        rmSync(folder, { recursive: true, force: true });
      });

      const data = (name: string) => () => cluster.kubectl('get', 'configmap', name, '-o', 'jsonpath={.data.colour}');

      it('follows what others create, change and delete', async () => {
        await cluster.kubectl('create', 'configmap', 'original', '--from-literal=colour=blue');
        await cluster.kubectl('label', 'configmap', 'original', 'copied=yes');
        await cluster.until(data('original-copy'), (text) => text === 'blue');
        await cluster.kubectl('patch', 'configmap', 'original', '-p', '{"data":{"colour":"red"}}');
        await cluster.until(data('original-copy'), (text) => text === 'red');
        await cluster.kubectl('delete', 'configmap', 'original');
        await cluster.until(data('original-copy'), (text) => text.includes('NotFound'));
      });

      it('goes on when the API server is killed and comes back', async () => {
        process.kill((await cluster.daemons()).get('kube-apiserver') ?? 0, 'SIGKILL');
        await cluster.until(
          () => cluster.kubectl('create', 'configmap', 'later', '--from-literal=colour=green'),
          (text) => text.includes('created'),
        );
        await cluster.kubectl('label', 'configmap', 'later', 'copied=yes');
        await cluster.until(data('later-copy'), (text) => text === 'green');
        await cluster.kubectl('delete', 'configmap', 'later');
        await cluster.until(data('later-copy'), (text) => text.includes('NotFound'));
      });
    },
  );

function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
