import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { createNft, TableWriter } from '@keelson/netfilter';
import { serviceTable } from './service-table';

const missing = process.getuid?.() === 0 ? undefined : 'needs root';
const describeOnKernel = missing === undefined ? describe : describe.skip;

describeOnKernel(`the table of Services in the kernel${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const host = `keelson-host-${process.pid.toString()}`;
  const pods = [2, 3].map((number) => ({
    netns: `${host}-${number.toString()}`,
    ip: `10.244.${number.toString()}.2`,
    gateway: `10.244.${number.toString()}.1`,
  }));
  const writer = new TableWriter(createNft({ netns: host }), serviceTable([]));
  const servers: ChildProcess[] = [];

  beforeAll(async () => {
    ip('netns', 'add', host);
    ip('-n', host, 'link', 'set', 'lo', 'up');
    inHost('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    for (const [index, { netns, ip: address, gateway }] of pods.entries()) {
      const link = `pod${index.toString()}`;
      ip('netns', 'add', netns);
      ip('-n', host, 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns);
      ip('-n', host, 'address', 'add', `${gateway}/24`, 'dev', link);
      ip('-n', host, 'link', 'set', link, 'up');
      ip('-n', netns, 'address', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', netns, 'link', 'set', 'eth0', 'up');
      ip('-n', netns, 'route', 'add', 'default', 'via', gateway);
      servers.push(await startServer(netns, address));
    }
    ip('-n', host, 'link', 'add', 'outside', 'type', 'veth', 'peer', 'name', 'beyond');
    ip('-n', host, 'address', 'add', '192.0.2.1/24', 'dev', 'outside');
    ip('-n', host, 'link', 'set', 'outside', 'up');
    ip('-n', host, 'link', 'set', 'beyond', 'up');
    ip('-n', host, 'route', 'add', 'default', 'via', '192.0.2.254');
  });

  afterAll(() => {
    for (const server of servers) server.kill('SIGKILL');
    for (const { netns } of pods) ip('netns', 'delete', netns);
    ip('netns', 'delete', host);
  });

  it('takes a pod and the host to the endpoint of a cluster IP', async () => {
    await writer.apply(serviceTable([service([pods[1]?.ip ?? ''])]));
    expect(await get(pods[0]?.netns ?? '')).toBe('10.244.3.2');
    expect(await get(host)).toBe('10.244.3.2');
  });

  it('lets a pod reach itself through its Service', async () => {
    await writer.apply(serviceTable([service([pods[0]?.ip ?? ''])]));
    expect(await get(pods[0]?.netns ?? '')).toBe('10.244.2.2');
  });

  it('spreads connections over all endpoints', async () => {
    await writer.apply(serviceTable([service(pods.map((pod) => pod.ip))]));
    const seen = new Set<string>();
    for (let attempt = 0; attempt < 60 && seen.size < 2; attempt++) seen.add(await get(host));
    expect([...seen].sort()).toEqual(['10.244.2.2', '10.244.3.2']);
  });

  it('rejects at once what has no endpoints', async () => {
    await writer.apply(serviceTable([service([])]));
    expect(await get(pods[0]?.netns ?? '')).toBe('ECONNREFUSED');
    expect(await get(host)).toBe('ECONNREFUSED');
  });

  function inHost(...command: string[]): void {
    ip('netns', 'exec', host, ...command);
  }
});

const service = (ips: string[]): Parameters<typeof serviceTable>[0][number] => ({
  clusterIP: '10.96.0.7',
  protocol: 'tcp',
  port: 80,
  endpoints: ips.map((ip) => ({ ip, port: 8080 })),
});

function ip(...args: string[]): void {
  execFileSync('ip', args);
}

/** A server that tells its own address to whoever connects. */
async function startServer(netns: string, address: string): Promise<ChildProcess> {
  const code = `require('net').createServer((s) => s.end('${address}')).listen(8080, '${address}', () => console.log('listening'))`;
  const server = spawn('ip', ['netns', 'exec', netns, process.execPath, '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout, 'data');
  return server;
}

/** What the Service says to a client in `netns`, or the code of the error that the client met. */
async function get(netns: string): Promise<string> {
  const code = `require('net').connect(80, '10.96.0.7').on('error', (e) => console.log(e.code)).setTimeout(3000, function () { this.destroy({ code: 'ETIMEDOUT' }); }).pipe(process.stdout)`;
  const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', netns, process.execPath, '-e', code]);
  return stdout.trim();
}
