import type { ResolverConfig } from '../network/pod-dns';
import type { MachineInfo, MachinePressure, NodeHost } from '../node/node-host';

export interface HollowMachine {
  readonly nodeName: string;
  readonly address: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

const DISK_BYTES = 100 * 2 ** 30;

/** A machine that exists only in its node's status, under no pressure at all. */
export class HollowHost implements NodeHost {
  readonly #machine: HollowMachine;

  constructor(machine: HollowMachine) {
    this.#machine = machine;
  }

  info(): Promise<MachineInfo> {
    const { nodeName, cpuCores, memoryBytes } = this.#machine;
    const identity = { hostname: nodeName, machineID: nodeName, systemUUID: nodeName, bootID: nodeName };
    return Promise.resolve({
      ...identity,
      architecture: 'amd64',
      cpuCores,
      memoryBytes,
      kernelVersion: 'hollow',
      osImage: 'Keelson hollow node',
    });
  }

  pressure(): Promise<MachinePressure> {
    return Promise.resolve({
      memoryAvailableBytes: this.#machine.memoryBytes,
      diskAvailableBytes: DISK_BYTES,
      diskCapacityBytes: DISK_BYTES,
      inodesFree: 1e6,
      inodes: 1e6,
      processes: 0,
      maxProcesses: 32_768,
    });
  }

  addresses(): Promise<readonly string[]> {
    return Promise.resolve([this.#machine.address]);
  }

  resolver(): Promise<ResolverConfig> {
    return Promise.resolve({ servers: [], searches: [], options: [] });
  }
}
