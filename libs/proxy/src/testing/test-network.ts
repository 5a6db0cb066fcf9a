import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Milliseconds after which a test takes a connection for dropped. */
const PATIENCE = 800;

/** What keeps tests from using the kernel's network; undefined if nothing does. */
export function whyNoTestNetwork(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    for (const [program, flag] of [
      ['nft', '--version'],
      ['ip', '-V'],
    ] as const)
      execFileSync(program, [flag], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs nft and ip';
  }
}

/** One end of a link: a namespace of the network and its address there. */
export interface TestHost {
  readonly netns: string;
  readonly ip: string;
}

/**
 * A machine in a network namespace, with others around it: pods that each have a link of their own or share a bridge, and hosts outside. Everybody's
 * default route leads to the machine.
 */
export class TestNetwork {
  readonly machine: string;
  readonly #namespaces: string[] = [];
  readonly #servers: ChildProcess[] = [];

  constructor(name: string) {
    this.machine = this.#namespace(`keelson-${name}-${process.pid}`);
    // Refusals must come at once, however many there were.
    this.run(this.machine, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.icmp_ratelimit=0');
  }

  /** Adds a host on a link of its own. @param gateway the machine's address on the link, of which the host's is the next */
  link(gateway: string): TestHost {
    const { host, link } = this.#attach(
      gateway.replace(/\d+$/, (last) => String(Number(last) + 1)),
      gateway,
    );
    ip('-n', this.machine, 'address', 'add', `${gateway}/24`, 'dev', link);
    return host;
  }

  /** Adds a bridge. @returns what adds a host to it */
  bridge(gateway: string): (address: string) => TestHost {
    ip('-n', this.machine, 'link', 'add', 'bridge0', 'type', 'bridge');
    ip('-n', this.machine, 'address', 'add', `${gateway}/24`, 'dev', 'bridge0');
    ip('-n', this.machine, 'link', 'set', 'bridge0', 'up');
    return (address) => {
      const { host, link } = this.#attach(address, gateway);
      ip('-n', this.machine, 'link', 'set', link, 'master', 'bridge0');
      return host;
    };
  }

  run(netns: string, ...command: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', netns, ...command], { encoding: 'utf8' });
  }

  /** Has the host tell its own address and its client's to whoever connects to its port 8080 (TCP), or sends to it (UDP). */
  async serve({ netns, ip: address }: TestHost): Promise<void> {
    const code = `
      const text = (client) => '${address} to ' + client;
      const udp = require('dgram').createSocket('udp4').on('message', (_, { address, port }) => udp.send(text(address), port, address));
      require('net').createServer((s) => s.end(text(s.remoteAddress))).listen(8080, '${address}', () => udp.bind(8080, '${address}', () => console.log('up')));`;
    const server = spawn('ip', ['netns', 'exec', netns, process.execPath, '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#servers.push(server);
    await once(server.stdout, 'data');
  }

  /** What a client in `netns` gets from a TCP port: `SERVER to CLIENT`, or the code of its error, ETIMEDOUT if nothing comes. */
  get(netns: string, address: string, port = 80, patience = PATIENCE): Promise<string> {
    const code = `require('net').connect(${port}, '${address}').on('error', (e) => console.log(e.code))
      .setTimeout(${patience}, function () { this.destroy({ code: 'ETIMEDOUT' }); }).pipe(process.stdout)`;
    return output(netns, code);
  }

  /** As {@link get}, of a UDP port, and always from the same port of the client. */
  ask(netns: string, address: string, port = 80): Promise<string> {
    const code = `const socket = require('dgram').createSocket('udp4').on('error', (e) => { console.log(e.code); socket.close(); });
      socket.on('message', (m) => { console.log(String(m)); socket.close(); clearTimeout(timer); });
      const timer = setTimeout(() => { console.log('ETIMEDOUT'); socket.close(); }, ${PATIENCE});
      socket.bind(5353, () => socket.send('?', ${port}, '${address}'));`;
    return output(netns, code);
  }

  /** Resolves when a packet to `address` has come to the machine. */
  async untilSent(address: string): Promise<void> {
    const count = `add table ip probe; add chain ip probe count { type filter hook prerouting priority -300; }; add rule ip probe count ip daddr ${address} counter`;
    this.run(this.machine, 'nft', count);
    while (this.run(this.machine, 'nft', 'list', 'table', 'ip', 'probe').includes('packets 0')) await setImmediate();
    this.run(this.machine, 'nft', 'delete', 'table', 'ip', 'probe');
  }

  remove(): void {
    for (const server of this.#servers) server.kill('SIGKILL');
    for (const netns of this.#namespaces) ip('netns', 'delete', netns);
  }

  #attach(address: string, gateway: string): { host: TestHost; link: string } {
    const link = `link${this.#namespaces.length}`;
    const netns = this.#namespace(`${this.machine}-${this.#namespaces.length}`);
    ip('-n', this.machine, 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns);
    ip('-n', this.machine, 'link', 'set', link, 'up');
    ip('-n', netns, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', netns, 'link', 'set', 'eth0', 'up');
    ip('-n', netns, 'route', 'add', 'default', 'via', gateway);
    return { host: { netns, ip: address }, link };
  }

  #namespace(name: string): string {
    ip('netns', 'add', name);
    this.#namespaces.push(name);
    // A refusal comes to its sender through the loopback device.
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}

async function output(netns: string, code: string): Promise<string> {
  const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', netns, process.execPath, '-e', code]);
  return stdout.trim();
}
