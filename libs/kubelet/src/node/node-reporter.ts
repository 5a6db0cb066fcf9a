import { semanticEqual, StatusError, type Clock } from '@keelson/apimachinery';
import { nodes, type NodeStatus } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { ContainerRuntime } from '@keelson/container-runtime';
import type { ReadonlyNode } from '../pod/types';
import { WakeUp } from '../pod-worker/wake-up';
import type { NodeEvents } from './node-events';
import type { NodeHost } from './node-host';
import { newNode, registerNode } from './node-registration';
import type { NodeSettings } from './node-settings';
import { nodeStatus, type NodeObservation } from './node-status';

/** How often a node that is not ready looks whether it is by now; and the first pause after a report that failed, doubled each time. */
const NOT_READY_MILLISECONDS = 500;
/** The longest the runtime may have been silent before the node says that it is not ready. */
const MAX_RUNTIME_SILENCE_MILLISECONDS = 180_000;

export interface NodeReporterDeps {
  readonly client: ApiClient;
  readonly runtime: ContainerRuntime;
  readonly host: NodeHost;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: NodeEvents;
  readonly settings: NodeSettings;
  readonly registerNode: boolean;
  /** `nodeStatusUpdateFrequency` and `nodeStatusReportFrequency`, in milliseconds: how often it looks, and how often it writes though nothing changed. */
  readonly updateFrequency: number;
  readonly reportFrequency: number;
  /** Milliseconds since the runtime last answered. */
  readonly runtimeSilence: () => number;
  /** The node as its informer has it, if there is one: it may have been changed by others. */
  readonly observedNode: () => ReadonlyNode | undefined;
}

/** Registers the node and keeps its status true. */
export class NodeReporter {
  readonly #deps: NodeReporterDeps;
  /** The node after the last write. */
  #node: ReadonlyNode | undefined;
  #reported = Number.NEGATIVE_INFINITY;
  /** Whether the last report said so. */
  #isReady = false;
  /** The range that the runtime was told last. */
  #podCIDR: string | undefined;
  readonly #wakeUp = new WakeUp();
  readonly #registered = Promise.withResolvers<undefined>();

  constructor(deps: NodeReporterDeps) {
    this.#deps = deps;
  }

  /** The newest that is known of the node; undefined until it is registered. */
  get node(): ReadonlyNode | undefined {
    return this.#deps.observedNode() ?? this.#node;
  }

  /** Resolves once the node is registered and the runtime was told its range of pod addresses, if the node had one by then. */
  get registered(): Promise<unknown> {
    return this.#registered.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, updateFrequency } = this.#deps;
    let retry = NOT_READY_MILLISECONDS;
    while (!signal.aborted) {
      const isReported = await this.report(signal).then(
        () => true,
        (error: unknown) => {
          if (!signal.aborted) log.warn('Reporting the status of the node failed', { error });
          return false;
        },
      );
      const pause = !isReported ? retry : this.#isReady ? updateFrequency : NOT_READY_MILLISECONDS;
      retry = isReported ? NOT_READY_MILLISECONDS : retry * 2;
      await this.#wakeUp.wait(clock, Math.min(pause, updateFrequency), signal);
    }
  }

  /** Looks at once if the node has got another range of pod addresses. */
  nodeChanged(): void {
    const podCIDR = this.#deps.observedNode()?.spec.podCIDR;
    if (podCIDR !== undefined && podCIDR !== this.#podCIDR) this.#wakeUp.wake();
  }

  /** One look at the machine, and a write if there is something new or the last is long ago. */
  async report(signal: AbortSignal): Promise<void> {
    const { settings, client, clock, reportFrequency } = this.#deps;
    const own = this.#node ?? (await this.#register(signal));
    // Before the look: a node that comes back is ready at once, and its pods find their network.
    await this.#tellPodCIDR().finally(() => this.#registered.resolve(undefined));
    const observed = await this.#observe();
    this.#isReady = observed.problems.length === 0;
    const known = this.#deps.observedNode() ?? own;
    const status = nodeStatus(known, settings, observed);
    this.#deps.events.statusChanges(known, status);
    const isDue = clock.monotonic() - this.#reported >= reportFrequency;
    if (!isDue && semanticEqual(comparable(known.status), comparable(status))) return;
    try {
      this.#node = await client
        .resource(nodes)
        .patch({ name: settings.nodeName }, { type: 'strategic', patch: { status: replacing(status) } }, { subresource: 'status', signal });
      this.#reported = clock.monotonic();
    } catch (error) {
      // Someone deleted the node: it registers again at the next look.
      if (StatusError.is(error, 'NotFound')) this.#node = undefined;
      throw error;
    }
  }

  async #tellPodCIDR(): Promise<void> {
    const podCIDR = this.node?.spec.podCIDR;
    if (podCIDR === undefined || podCIDR === this.#podCIDR) return;
    await this.#deps.runtime.setPodCIDR(podCIDR);
    this.#podCIDR = podCIDR;
  }

  async #register(signal: AbortSignal): Promise<ReadonlyNode> {
    const { settings, client, events } = this.#deps;
    if (!this.#deps.registerNode) {
      this.#node = await client.resource(nodes).get({ name: settings.nodeName }, { signal });
      events.started();
      return this.#node;
    }
    const observed = await this.#observe();
    const empty: ReadonlyNode = { metadata: { name: settings.nodeName, uid: '', resourceVersion: '', creationTimestamp: '' }, spec: {} };
    const status = nodeStatus(empty, settings, observed);
    const draft = newNode(settings, observed.machine, status);
    this.#node = await registerNode(client, draft, signal);
    // Only now: an event that can't be written holds up those behind it for ten seconds.
    events.started();
    events.statusChanges(empty, status);
    return this.#node;
  }

  async #observe(): Promise<NodeObservation> {
    const { host, runtime, clock } = this.#deps;
    const [machine, pressure, addresses] = await Promise.all([host.info(), host.pressure(), host.addresses()]);
    const problems = await this.#problems();
    const version = await runtime.version().catch(() => undefined);
    const runtimeVersion = version === undefined ? `${runtime.name}://Unknown` : `${version.runtimeName}://${version.runtimeVersion}`;
    const images = version === undefined ? [] : await runtime.images();
    return { machine, pressure, addresses, images, runtimeVersion, problems, now: clock.now() };
  }

  async #problems(): Promise<string[]> {
    const problems: string[] = [];
    await this.#deps.runtime.check().catch((error: unknown) => problems.push(error instanceof Error ? error.message : String(error)));
    const silence = this.#deps.runtimeSilence();
    if (silence > MAX_RUNTIME_SILENCE_MILLISECONDS)
      problems.push(`PLEG is not healthy: pleg was last seen active ${Math.round(silence / 1000)}s ago; threshold is 3m0s`);
    return problems;
  }
}

/** Heartbeats alone are no news; what others own is not compared. */
function comparable(status: ReadonlyNode['status']): object {
  const { addresses, capacity, allocatable, conditions = [], daemonEndpoints, declaredFeatures, images, nodeInfo } = status ?? {};
  const own = conditions.filter(({ type }) => ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].includes(type));
  return {
    addresses,
    capacity,
    allocatable,
    daemonEndpoints,
    declaredFeatures,
    images,
    nodeInfo,
    conditions: own.map(({ type, status: state, reason, message }) => ({ type, state, reason, message })),
  };
}

/** Addresses would be merged by type, and two of one type are allowed. */
function replacing(status: NodeStatus): object {
  return { ...status, addresses: [{ $patch: 'replace' }, ...(status.addresses ?? [])] };
}
