import type { Machine } from '../machine';
import type { Terminal } from '../terminal';

export interface FakeMachineOptions extends Partial<Pick<Machine, 'nodeVersion' | 'isRoot' | 'hasApt' | 'hasSystemd' | 'addresses'>> {
  /** What is installed. */
  readonly programs?: readonly string[];
  readonly docker?: 'answers' | 'answers once started' | 'silent';
  /** Who has which port. */
  readonly ports?: Readonly<Record<number, string>>;
  readonly freeBytes?: number;
  readonly kernelSettings?: Readonly<Record<string, number>>;
}

export interface FakeMachine extends Machine {
  readonly installed: string[];
  readonly started: string[];
  readonly stopped: string[];
}

const PROGRAMS_OF: Readonly<Record<string, string>> = {
  'docker.io': 'dockerd',
  'etcd-server': 'etcd',
  nftables: 'nft',
  iptables: 'iptables',
  conntrack: 'conntrack',
};

/** A root's Debian with nothing on it, but for what the options say. */
export function fakeMachine(options: FakeMachineOptions = {}): FakeMachine {
  const { docker = 'silent', ports = {}, programs = [], freeBytes = 2 ** 40, kernelSettings = {}, ...facts } = options;
  const installed: string[] = [];
  const started: string[] = [];
  const stopped: string[] = [];
  const has = (program: string): boolean => programs.includes(program) || installed.some((name) => PROGRAMS_OF[name] === program);
  return {
    nodeVersion: '24.0.0',
    isRoot: true,
    hasApt: true,
    hasSystemd: false,
    addresses: ['192.0.2.1'],
    ...facts,
    installed,
    started,
    stopped,
    dockerAnswers: () => Promise.resolve(docker === 'answers' || (docker === 'answers once started' && started.includes('docker'))),
    install: async (packages) => void installed.push(...packages),
    startService: async (name) => void started.push(name),
    stopService: async (name) => void stopped.push(name),
    find: (program) => Promise.resolve(has(program) ? `/usr/bin/${program}` : undefined),
    isPortTaken: (port) => Promise.resolve(port in ports),
    portOwner: (port) => (ports[port] === undefined || ports[port] === '' ? undefined : { pid: 4711, program: ports[port] }),
    freeBytes: () => Promise.resolve(freeBytes),
    kernelSetting: (name) => kernelSettings[name],
  };
}

export interface FakeTerminal extends Terminal {
  readonly lines: string[];
}

export function fakeTerminal(): FakeTerminal {
  const lines: string[] = [];
  return { lines, say: (line) => void lines.push(line) };
}
