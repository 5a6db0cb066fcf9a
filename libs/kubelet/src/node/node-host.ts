import type { ResolverConfig } from '../network/pod-dns';

export interface MachineInfo {
  readonly hostname: string;
  /** Go's names: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
}

/** What presses on the machine now. */
export interface MachinePressure {
  readonly memoryAvailableBytes: number;
  readonly diskAvailableBytes: number;
  readonly diskCapacityBytes: number;
  readonly inodesFree: number;
  readonly inodes: number;
  readonly processes: number;
  readonly maxProcesses: number;
}

/** The machine a node stands for: a real one, or one made up. */
export interface NodeHost {
  info(): Promise<MachineInfo>;
  pressure(): Promise<MachinePressure>;
  /** The addresses by which the machine is reached, the one of the default route first. */
  addresses(): Promise<readonly string[]>;
  /** The machine's own resolver. */
  resolver(): Promise<ResolverConfig>;
}
