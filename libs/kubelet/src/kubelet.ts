import { sleep, type Clock } from '@keelson/apimachinery';
import type { DeepReadonly, Service } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { ContainerRuntime } from '@keelson/container-runtime';
import type { EventRecorder } from '@keelson/controller-runtime';
import type { PodFacts } from './env/downward-api';
import { NodeAdmission } from './admission/pod-admission';
import type { PodFiles } from './files/pod-files';
import { ImageManager } from './images/image-manager';
import { NodeEvents } from './node/node-events';
import type { NodeHost } from './node/node-host';
import { NodeLease } from './node/node-lease';
import { NodeReporter } from './node/node-reporter';
import type { NodeSettings } from './node/node-settings';
import type { ObjectSource } from './objects/object-source';
import { isMirrorPod, isStaticPod } from './pod/pod-names';
import type { ReadonlyNode, ReadonlyPod } from './pod/types';
import { OrphanCollector } from './pod-worker/orphan-collector';
import type { PodChange } from './pod-sources/pods-by-node';
import type { NodeFacts } from './pod-worker/node-facts';
import { PodEvents } from './pod-worker/pod-events';
import { PodSyncer } from './pod-worker/pod-syncer';
import { PodWorker } from './pod-worker/pod-worker';
import { PodWorkers } from './pod-worker/pod-workers';
import { RestartBackoff } from './pod-worker/restart-backoff';
import { podLogDirectory, type SandboxSettings } from './pod-worker/sandbox-config';
import type { NodeLimits } from './pod-worker/container-resources';
import { ProbeManager } from './probes/probe-manager';
import type { ProbeRunner } from './probes/run-probe';
import { PodStates, type PodStatesDeps } from './runtime-state/pod-states';
import { PodStatusSink } from './status/pod-status-sink';
import { StatusManager } from './status/status-manager';
import { MirrorPods } from './static-pods/mirror-pods';
import type { PodVolumes } from './volumes/pod-volumes';

/** How often forgotten containers, folders and mirrors are looked for. */
const HOUSEKEEPING_MILLISECONDS = 10_000;

/** Where a kubelet's pods come from. Each source first tells of all pods it has. */
export interface KubeletSources {
  /** The pods bound to this node in the apiserver, mirrors included. */
  readonly api: { readonly synced: Promise<void>; subscribe(listener: (change: PodChange) => void): () => void };
  /** The static pods. */
  readonly files?: { readonly synced: Promise<void>; subscribe(listener: (change: PodChange) => void): () => void } | undefined;
}

/** What the kubelet gets from outside; a real node and a hollow one differ only in this. */
export interface KubeletParts {
  readonly client: ApiClient;
  readonly runtime: ContainerRuntime;
  readonly host: NodeHost;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly random: () => number;
  readonly sources: KubeletSources;
  readonly observedNode: () => ReadonlyNode | undefined;
  readonly services: () => readonly DeepReadonly<Service>[];
  readonly objects: ObjectSource;
  readonly volumes: PodVolumes;
  readonly files?: PodFiles;
  readonly enrich?: PodStatesDeps['enrich'];
  readonly probe: ProbeRunner;
}

export interface KubeletSettings {
  readonly node: NodeSettings;
  readonly limits: NodeLimits;
  readonly sandbox: SandboxSettings;
  readonly registerNode: boolean;
  readonly nodeStatusUpdateFrequency: number;
  readonly nodeStatusReportFrequency: number;
  readonly nodeLeaseDurationSeconds: number;
  readonly maxParallelImagePulls: number;
}

/**
 * One node's kubelet: registers the node, keeps its status and Lease, and runs its pods until `signal` aborts. Containers go on running
 * when it ends; the next kubelet of the node takes them over.
 */
export class Kubelet {
  readonly #parts: KubeletParts;
  readonly #settings: KubeletSettings;
  readonly #signal: AbortSignal;
  readonly states: PodStates;
  readonly workers: PodWorkers;
  readonly #reporter: NodeReporter;
  readonly #statuses: StatusManager;
  readonly #mirrors: MirrorPods;
  readonly #sink: PodStatusSink;
  readonly #events: PodEvents;
  readonly #probes: ProbeManager;
  readonly #images: ImageManager;
  readonly #backoff: RestartBackoff;
  readonly #orphans: OrphanCollector;

  constructor(parts: KubeletParts, settings: KubeletSettings, signal: AbortSignal) {
    const { runtime, clock, log, client } = parts;
    this.#parts = parts;
    this.#settings = settings;
    this.#signal = signal;
    this.states = new PodStates({ runtime, clock, log, ...(parts.enrich === undefined ? {} : { enrich: parts.enrich }) });
    this.#reporter = this.#makeReporter();
    this.#statuses = new StatusManager({ client, clock, log, signal });
    this.#mirrors = new MirrorPods({ client, node: () => this.node, log, signal });
    this.#sink = new PodStatusSink(this.#statuses, this.#mirrors);
    this.#events = new PodEvents(parts.recorder);
    this.#backoff = new RestartBackoff(clock);
    this.#images = new ImageManager({
      runtime,
      clock,
      objects: parts.objects,
      events: this.#events,
      signal,
      maxParallelPulls: settings.maxParallelImagePulls,
    });
    this.#probes = new ProbeManager({
      runtime,
      clock,
      events: this.#events,
      run: parts.probe,
      random: parts.random,
      onChange: (uid) => this.workers.get(uid)?.wake(),
    });
    this.workers = this.#makeWorkers();
    this.#orphans = new OrphanCollector({
      runtime,
      states: this.states,
      volumes: parts.volumes,
      isKnown: (uid) => this.workers.get(uid) !== undefined,
      log,
    });
  }

  /** The newest that is known of the node; undefined until it is registered. */
  get node(): ReadonlyNode | undefined {
    return this.#reporter.node;
  }

  /** The pods the kubelet works on, each with its newest status. */
  pods(): ReadonlyPod[] {
    return this.workers.all().map(({ pod }) => {
      const status = this.#sink.status(pod);
      return status === undefined ? pod : { ...pod, status };
    });
  }

  /** The pod as this node knows it; a mirror's name leads to its static pod. */
  pod(namespace: string, name: string): ReadonlyPod | undefined {
    return this.pods().find(({ metadata }) => metadata.name === name && (metadata.namespace ?? 'default') === namespace);
  }

  /** Resolves when everything has come to rest after `signal` aborted. */
  async run(): Promise<void> {
    const { client, clock, log } = this.#parts;
    const { node, nodeLeaseDurationSeconds } = this.#settings;
    const lease = new NodeLease({
      client,
      clock,
      log,
      nodeName: node.nodeName,
      durationSeconds: nodeLeaseDurationSeconds,
      node: () => this.node,
    });
    const unsubscribe = this.states.subscribe((uid) => this.workers.get(uid)?.containersChanged());
    const loops = [this.#reporter.run(this.#signal), lease.run(this.#signal), this.states.run(this.#signal)];
    const pods = this.#runPods().catch((error: unknown) => {
      if (!this.#signal.aborted) throw error;
    });
    await Promise.all([...loops, pods]);
    unsubscribe();
    await this.workers.settled();
  }

  /** The node was changed by someone else: perhaps it has its podCIDR now. */
  nodeChanged(): void {
    this.#reporter.nodeChanged();
  }

  /** What the downward API tells the pod. */
  podFacts(pod: ReadonlyPod): PodFacts {
    const facts = this.#nodeFacts();
    const podIPs = (this.#sink.status(pod)?.podIPs ?? pod.status?.podIPs ?? []).map(({ ip }) => ip);
    return { ...facts, podIPs };
  }

  /** Something a pod refers to, such as a config map, has changed. */
  wake(podUid: string): void {
    this.workers.get(podUid)?.wake();
  }

  async #runPods(): Promise<void> {
    const { api, files } = this.#parts.sources;
    const undo: (() => void)[] = [];
    // Static pods don't wait for the apiserver, which may be one of them.
    await files?.synced;
    if (files !== undefined) undo.push(files.subscribe((change) => this.#onStaticPod(change)));
    // The others have a node, and their sandboxes take addresses from its range.
    await Promise.race([Promise.all([api.synced, this.#reporter.registered]), aborted(this.#signal)]);
    if (!this.#signal.aborted) undo.push(api.subscribe((change) => this.#onApiPod(change)));
    while (!this.#signal.aborted) {
      await this.#mirrors.reconcileAll();
      await this.#orphans.collect().catch((error: unknown) => this.#parts.log.warn('Looking for forgotten containers failed', { error }));
      await sleep(this.#parts.clock, HOUSEKEEPING_MILLISECONDS, this.#signal);
    }
    for (const stop of undo) stop();
  }

  #onApiPod({ type, pod }: PodChange): void {
    if (type === 'set') this.#statuses.observe(pod);
    else this.#statuses.forget(pod.metadata.uid);
    if (isMirrorPod(pod)) return this.#onMirrorPod(type, pod);
    if (type === 'set') this.workers.update(pod);
    else this.workers.remove(pod);
  }

  #onMirrorPod(type: PodChange['type'], mirror: ReadonlyPod): void {
    if (type === 'delete') return this.#mirrors.deleteMirror(mirror);
    this.#mirrors.setMirror(mirror);
    const pod = this.#mirrors.staticPod(mirror.metadata.namespace ?? 'default', mirror.metadata.name);
    if (pod !== undefined) this.#sink.refresh(pod);
  }

  #onStaticPod({ type, pod }: PodChange): void {
    if (type === 'set') {
      this.#mirrors.setStatic(pod);
      this.workers.update(pod);
    } else {
      this.#mirrors.deleteStatic(pod);
      this.workers.remove(pod);
    }
  }

  #makeReporter(): NodeReporter {
    const { client, runtime, host, clock, log, observedNode, recorder } = this.#parts;
    const { node, registerNode, nodeStatusUpdateFrequency, nodeStatusReportFrequency } = this.#settings;
    return new NodeReporter({
      client,
      runtime,
      host,
      clock,
      log,
      events: new NodeEvents(recorder, node.nodeName),
      settings: node,
      registerNode,
      updateFrequency: nodeStatusUpdateFrequency,
      reportFrequency: nodeStatusReportFrequency,
      runtimeSilence: () => this.states.silence,
      observedNode,
    });
  }

  #makeWorkers(): PodWorkers {
    const { runtime, clock, log, volumes, objects, services, files } = this.#parts;
    const node = (): NodeFacts => this.#nodeFacts();
    const shared = { runtime, states: this.states, volumes, events: this.#events, node, clock, log, signal: this.#signal };
    const { limits, sandbox } = this.#settings;
    const syncer = new PodSyncer({ ...shared, images: this.#images, objects, services, backoff: this.#backoff, limits, sandbox, files });
    const admission = new NodeAdmission(
      () => this.node,
      () =>
        this.workers
          .all()
          .filter(({ isActive, isAdmitted }) => isActive && isAdmitted)
          .map(({ pod }) => pod),
    );
    const deps = { ...shared, runtimeName: runtime.name, syncer, statuses: this.#sink, probes: this.#probes, admission };
    return new PodWorkers({ make: (pod) => new PodWorker(deps, pod), onFinished: (pod) => this.#forget(pod), log, signal: this.#signal });
  }

  #nodeFacts(): NodeFacts {
    const { addresses = [], allocatable = {} } = this.node?.status ?? {};
    return { hostIPs: addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address), allocatable };
  }

  #forget(pod: ReadonlyPod): void {
    const { uid } = pod.metadata;
    this.#sink.forget(uid);
    this.#probes.forget(uid);
    this.#images.forget(uid);
    this.#backoff.forget(`${uid}_`);
    if (isStaticPod(pod)) this.#mirrors.deleteStatic(pod);
    const logs = podLogDirectory(this.#settings.sandbox.logRoot, pod);
    this.#parts.files
      ?.removeLogs(logs)
      .catch((error: unknown) => this.#parts.log.warn('Removing the logs of a pod failed', { logs, error }));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
