import { execFile } from 'node:child_process';
import type { UdpFlow } from './stale-udp-flows';

/** The connection tracking of the machine. */
export interface Conntrack {
  /** @throws ConntrackMissingError @throws Error with what the tool said */
  udpFlows(): Promise<readonly UdpFlow[]>;
  /** It is no error if the flow has ended by itself. */
  delete(flow: UdpFlow): Promise<void>;
}

/** The machine has no conntrack program. */
export class ConntrackMissingError extends Error {
  readonly code = 'ConntrackMissing';
}

export interface ConntrackOptions {
  /** A network namespace that `ip netns` knows, instead of the process' own. */
  readonly netns?: string;
}

/** Connection tracking by the program conntrack(8). */
export function createConntrack({ netns }: ConntrackOptions = {}): Conntrack {
  const conntrack = (...args: readonly string[]): Promise<string> =>
    netns === undefined ? run('conntrack', args) : run('ip', ['netns', 'exec', netns, 'conntrack', ...args]);
  return {
    udpFlows: async () => (await conntrack('-L', '-f', 'ipv4', '-p', 'udp')).split('\n').flatMap((line) => parseFlow(line) ?? []),
    async delete({ source, sourcePort, destination, destinationPort }) {
      const ports = ['--sport', String(sourcePort), '--dport', String(destinationPort)];
      try {
        await conntrack('-D', '-f', 'ipv4', '-p', 'udp', '-s', source, '-d', destination, ...ports);
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('0 flow entries have been deleted'))) throw error;
      }
    },
  };
}

/** `udp 17 29 src=10.0.0.1 dst=10.96.0.10 sport=5 dport=53 [UNREPLIED] src=10.244.0.2 dst=10.0.0.1 sport=53 dport=5 mark=0 use=1` */
const FLOW = /^udp\s.*?\ssrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) dst=\S+ sport=(\d+) dport=\d+/;

/** Reads one line of `conntrack -L`; undefined if it is no UDP flow. */
export function parseFlow(line: string): UdpFlow | undefined {
  const match = FLOW.exec(line);
  if (match === null) return undefined;
  const [, source = '', destination = '', sourcePort, destinationPort, answerer = '', answererPort] = match;
  return {
    source,
    sourcePort: Number(sourcePort),
    destination,
    destinationPort: Number(destinationPort),
    answerer,
    answererPort: Number(answererPort),
  };
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === 'ENOENT') reject(new ConntrackMissingError('the program conntrack is not installed', { cause: error }));
      else reject(new Error(`conntrack failed: ${stderr === '' ? error.message : stderr.trim()}`, { cause: error }));
    });
  });
}
