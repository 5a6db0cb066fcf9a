import { FakeClock } from '@keelson/apimachinery';
import type { Pod } from '@keelson/api';
import { silentLogger } from '@keelson/component-base';
import { Kubelet, type KubeletParts, type KubeletSettings } from '../kubelet';
import type { MachineInfo, MachinePressure } from '../node/node-host';
import type { PodListener } from '../pod-sources/pods-by-node';
import type { ReadonlyPod } from '../pod/types';
import { runProbe } from '../probes/run-probe';
import { NoVolumes } from '../volumes/no-volumes';
import { FakeApi } from './fake-api';
import { ScriptedRuntime } from './scripted-runtime';

export const MACHINE: MachineInfo = {
  hostname: 'node-1',
  architecture: 'amd64',
  cpuCores: 4,
  memoryBytes: 8 * 2 ** 30,
  machineID: 'm',
  systemUUID: 's',
  bootID: 'b',
  kernelVersion: '6.18',
  osImage: 'Test',
};

const PRESSURE: MachinePressure = {
  memoryAvailableBytes: 4 * 2 ** 30,
  diskAvailableBytes: 50 * 2 ** 30,
  diskCapacityBytes: 100 * 2 ** 30,
  inodesFree: 900,
  inodes: 1000,
  processes: 100,
  maxProcesses: 32768,
};

export const SETTINGS: KubeletSettings = {
  node: {
    nodeName: 'node-1',
    kubeletVersion: 'v1.36.3',
    port: 10250,
    labels: {},
    taints: [],
    unschedulable: false,
    externalCloudProvider: false,
    nodeIPs: ['192.168.0.1'],
    maxPods: 110,
    reserved: [],
    evictionMemoryBytes: 0,
    nodeStatusMaxImages: 50,
  },
  limits: { memoryBytes: MACHINE.memoryBytes, cpuQuota: true, cpuQuotaPeriod: 100_000, podMaxPIDs: -1 },
  sandbox: {
    dns: { clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local', node: { servers: ['1.1.1.1'], searches: [], options: [] } },
    logRoot: '/var/log/pods',
  },
  registerNode: true,
  nodeStatusUpdateFrequency: 10_000,
  nodeStatusReportFrequency: 300_000,
  nodeLeaseDurationSeconds: 40,
  maxParallelImagePulls: 2,
};

/** A whole kubelet on a fake clock, a scripted runtime and a fake apiserver whose pods it is told of as by a watch. */
export class TestNode {
  readonly clock = new FakeClock();
  readonly api = new FakeApi();
  readonly runtime = new ScriptedRuntime(this.clock);
  readonly events: string[] = [];
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #staticListener: PodListener | undefined;

  /** Starts a kubelet; a second call after {@link stop} is a restart on the same node. */
  async start(more: Partial<KubeletParts> = {}): Promise<Kubelet> {
    this.#stop = new AbortController();
    const kubelet = new Kubelet({ ...this.#parts(), ...more }, SETTINGS, this.#stop.signal);
    this.#running = kubelet.run();
    await this.clock.advance(10);
    return kubelet;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The pod as the apiserver has it now. */
  pod(name = 'web'): Pod | undefined {
    return this.api.find<Pod>('pods', name);
  }

  addStatic(pod: ReadonlyPod): void {
    this.#staticListener?.({ type: 'set', pod });
  }

  removeStatic(pod: ReadonlyPod): void {
    this.#staticListener?.({ type: 'delete', pod });
  }

  #parts(): KubeletParts {
    const notReferred = () => Promise.reject(new Error('no objects in this test'));
    return {
      client: this.api.client,
      runtime: this.runtime,
      host: {
        info: () => Promise.resolve(MACHINE),
        pressure: () => Promise.resolve(PRESSURE),
        addresses: () => Promise.resolve(['192.168.0.1']),
        resolver: () => Promise.resolve({ servers: [], searches: [], options: [] }),
      },
      clock: this.clock,
      log: silentLogger,
      recorder: { event: (_object, type, reason, message) => void this.events.push(`${type} ${reason}: ${message}`) },
      random: () => 0,
      sources: {
        api: { synced: Promise.resolve(), subscribe: (listener) => this.#watchPods(listener) },
        files: { synced: Promise.resolve(), subscribe: (listener) => this.#watchStatic(listener) },
      },
      observedNode: () => undefined,
      services: () => [],
      objects: { configMap: notReferred, secret: notReferred },
      volumes: new NoVolumes(),
      probe: runProbe,
    };
  }

  #watchStatic(listener: PodListener): () => void {
    this.#staticListener = listener;
    return () => (this.#staticListener = undefined);
  }

  #watchPods(listener: PodListener): () => void {
    const existing = this.pod();
    if (existing !== undefined) listener({ type: 'set', pod: existing });
    let active = true;
    this.api.onChange((resource, type, object) => {
      if (active && resource === 'pods') listener({ type, pod: object as unknown as ReadonlyPod });
    });
    return () => (active = false);
  }
}
