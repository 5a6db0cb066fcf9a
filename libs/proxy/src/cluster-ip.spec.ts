import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { createNft, TableWriter } from '@keelson/netfilter';
import { cleanUp } from './clean-up';
import { serviceTable } from './service-table';

const run = promisify(execFile);
const missing = whatIsMissing();
const describeOnKernel = missing === undefined ? describe : describe.skip;
const SERVER = `require('net').createServer((s) => s.end('backend')).listen(8080, '10.244.7.2', () => console.log('listening'))`;
const CLIENT = `require('net').connect(80, '10.96.0.9').on('data', (d) => process.stdout.write(d)).on('error', (e) => process.stdout.write(e.code))`;

describeOnKernel(`A cluster IP in the kernel${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const node = `keelson-proxy-n-${process.pid.toString()}`;
  const pod = `keelson-proxy-p-${process.pid.toString()}`;
  const ip = (...args: string[]): Buffer => execFileSync('ip', args);

  beforeEach(() => {
    for (const name of [node, pod]) ip('netns', 'add', name);
    ip('-n', node, 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pod);
    ip('-n', node, 'addr', 'add', '10.244.7.1/24', 'dev', 'veth0');
    ip('-n', pod, 'addr', 'add', '10.244.7.2/24', 'dev', 'eth0');
    // The refusal comes to the sender through its loopback.
    ip('-n', node, 'link', 'set', 'lo', 'up');
    ip('-n', node, 'link', 'set', 'veth0', 'up');
    ip('-n', pod, 'link', 'set', 'eth0', 'up');
    ip('-n', node, 'route', 'add', 'default', 'via', '10.244.7.2');
  });
  afterEach(() => {
    for (const name of [node, pod]) ip('netns', 'delete', name);
  });

  const connect = async (): Promise<string> => (await run('ip', ['netns', 'exec', node, process.execPath, '-e', CLIENT])).stdout;
  const service = { clusterIP: '10.96.0.9', protocol: 'tcp', port: 80 };

  it('reaches the endpoint in another namespace, and is refused once there is none', async () => {
    const server = execFile('ip', ['netns', 'exec', pod, process.execPath, '-e', SERVER]);
    try {
      await new Promise((resolve) => server.stdout?.once('data', resolve));
      const writer = new TableWriter(createNft({ netns: node }), { family: 'ip', name: 'kube-proxy' });
      await writer.apply(serviceTable([{ ...service, endpoints: [{ ip: '10.244.7.2', port: 8080 }] }]));
      expect(await connect()).toBe('backend');
      await writer.apply(serviceTable([{ ...service, endpoints: [] }]));
      expect(await connect()).toBe('ECONNREFUSED');
      const nft = createNft({ netns: node });
      await cleanUp(nft);
      await cleanUp(nft);
      expect(await nft(['list', 'tables'])).toBe('');
    } finally {
      server.kill('SIGKILL');
    }
  });
});

function whatIsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    execFileSync('nft', ['--version'], { stdio: 'ignore' });
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs nft and ip';
  }
}
