import { readFile } from 'node:fs/promises';
import type { DeepReadonly, Service } from '@keelson/api';
import type { Container, ContainerRuntime, SandboxConfig } from '@keelson/container-runtime';
import type { Clock } from '@keelson/apimachinery';
import { formatGoDuration, type Logger } from '@keelson/component-base';
import { containerEnvironment } from '../env/container-environment';
import type { PodFiles } from '../files/pod-files';
import type { ImageManager } from '../images/image-manager';
import { hostNetworkHostsFile, hostsFile } from '../network/hosts-file';
import { lacksClusterDNS } from '../network/pod-dns';
import { podHostname } from '../network/pod-hostname';
import type { ObjectSource } from '../objects/object-source';
import { ephemeralContainersOf } from '../pod/pod-containers';
import { podDescription } from '../pod/pod-names';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import { newestContainer, readySandbox, type PodState } from '../runtime-state/pod-state';
import type { PodStates } from '../runtime-state/pod-states';
import type { MountedVolumes, PodVolumes } from '../volumes/pod-volumes';
import type { ContainerKill, PodActions } from './compute-pod-actions';
import { containerConfig } from './container-config';
import { runHook } from './container-hooks';
import { containerMounts, type ContainerFiles } from './container-mounts';
import type { NodeLimits } from './container-resources';
import type { NodeFacts } from './node-facts';
import type { PodEvents } from './pod-events';
import type { RestartBackoff } from './restart-backoff';
import { sandboxConfig, type SandboxSettings } from './sandbox-config';
import { StartProblem } from './start-problem';
import { Termination } from './termination';

export interface PodSyncerDeps {
  readonly runtime: ContainerRuntime;
  readonly states: PodStates;
  readonly volumes: PodVolumes;
  readonly images: ImageManager;
  readonly objects: ObjectSource;
  readonly services: () => readonly DeepReadonly<Service>[];
  readonly backoff: RestartBackoff;
  readonly events: PodEvents;
  readonly clock: Clock;
  readonly log: Logger;
  readonly node: () => NodeFacts;
  readonly limits: NodeLimits;
  readonly sandbox: SandboxSettings;
  /** Absent on a node without containers of its own: no hosts files, no termination logs. */
  readonly files?: PodFiles | undefined;
  readonly signal: AbortSignal;
}

/** What came of one round: whether anything changed, and why which container could not be started. */
export interface SyncOutcome {
  readonly changed: boolean;
  readonly problems: ReadonlyMap<string, StartProblem>;
  readonly started: readonly string[];
}

/** Carries out {@link PodActions}. What fails for one container does not keep the others from starting. */
export class PodSyncer {
  readonly #deps: PodSyncerDeps;

  constructor(deps: PodSyncerDeps) {
    this.#deps = deps;
  }

  /** @throws VolumeProblem, RuntimeUnavailable, or what the runtime says when the sandbox can't be made */
  async apply(pod: ReadonlyPod, state: PodState, actions: PodActions): Promise<SyncOutcome> {
    if (actions.killPod) await this.#stopEverything(pod, state);
    await Promise.all(actions.kill.map((kill) => this.#kill(pod, kill)));
    await this.#collect(state, actions.remove);
    if (actions.killPod && actions.start.length === 0) return { changed: true, problems: new Map(), started: [] };
    const volumes = await this.#mountVolumes(pod);
    if (actions.start.length === 0) return { changed: actions.kill.length > 0, problems: new Map(), started: [] };

    if (actions.newSandboxAttempt !== undefined) await this.#makeSandbox(pod, actions.newSandboxAttempt);
    const current = actions.newSandboxAttempt === undefined ? state : await this.#deps.states.read(pod.metadata.uid);
    return this.#startAll(
      pod,
      current,
      actions.start.map(({ container }) => container),
      volumes,
    );
  }

  async #stopEverything(pod: ReadonlyPod, state: PodState): Promise<void> {
    const running = state.containers.filter((container) => container.state === 'running');
    await new Termination(this.#deps, pod, pod.spec.terminationGracePeriodSeconds ?? 30).run(running);
    for (const { id } of state.sandboxes) await this.#deps.runtime.stopSandbox(id);
  }

  async #kill(pod: ReadonlyPod, { container, reason }: ContainerKill): Promise<void> {
    const spec = pod.spec.containers.find(({ name }) => name === container.name);
    const probe = reason === 'liveness-failed' ? spec?.livenessProbe : reason === 'startup-failed' ? spec?.startupProbe : undefined;
    const grace = probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    await new Termination(this.#deps, pod, grace).run([container], () => killMessage(container.name, reason));
  }

  /** Removes dead containers that are no longer of use, and older sandboxes that have none left. */
  async #collect(state: PodState, dead: readonly Container[]): Promise<void> {
    for (const { id } of dead) await this.#deps.runtime.removeContainer(id);
    const removed = new Set(dead.map(({ id }) => id));
    const inUse = new Set(state.containers.filter(({ id }) => !removed.has(id)).map(({ sandboxId }) => sandboxId));
    for (const { id, state: sandboxState } of state.sandboxes.slice(1))
      if (sandboxState !== 'ready' && !inUse.has(id)) await this.#deps.runtime.removeSandbox(id);
  }

  async #mountVolumes(pod: ReadonlyPod): Promise<MountedVolumes> {
    try {
      return await this.#deps.volumes.mount(pod);
    } catch (error) {
      this.#deps.events.warning(pod, 'FailedMount', messageOf(error));
      throw error;
    }
  }

  async #makeSandbox(pod: ReadonlyPod, attempt: number): Promise<void> {
    const { events, sandbox, runtime } = this.#deps;
    if (lacksClusterDNS(pod, sandbox.dns)) {
      const message = `pod: "${podDescription(pod)}". kubelet does not have ClusterDNS IP configured and cannot create Pod using "${pod.spec.dnsPolicy ?? 'ClusterFirst'}" policy. Falling back to "Default" policy.`;
      events.warning(pod, 'MissingClusterDNS', message);
    }
    try {
      await runtime.runSandbox(sandboxConfig(pod, attempt, sandbox));
    } catch (error) {
      events.warning(pod, 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${messageOf(error)}`);
      throw error;
    }
  }

  async #startAll(
    pod: ReadonlyPod,
    state: PodState,
    containers: readonly ReadonlyContainer[],
    volumes: MountedVolumes,
  ): Promise<SyncOutcome> {
    const sandbox = readySandbox(state);
    if (sandbox === undefined) throw new Error(`the sandbox of pod ${podDescription(pod)} is not ready`);
    const config = sandboxConfig(pod, sandbox.attempt, this.#deps.sandbox);
    const files = await this.#filesFor(pod, sandbox.ips);
    const problems = new Map<string, StartProblem>();
    const started: string[] = [];
    for (const container of containers) {
      try {
        await this.#start(pod, container, { state, sandboxId: sandbox.id, podIPs: sandbox.ips, config, volumes, files });
        started.push(container.name);
      } catch (error) {
        const problem =
          error instanceof StartProblem ? error : new StartProblem('CreateContainerError', messageOf(error), { cause: error });
        problems.set(container.name, problem);
      }
    }
    return { changed: started.length > 0 || problems.size < containers.length, problems, started };
  }

  async #start(pod: ReadonlyPod, container: ReadonlyContainer, into: StartContext): Promise<void> {
    const newest = newestContainer(into.state, container.name);
    this.#checkBackoff(pod, container, newest);
    const image = await this.#deps.images.ensure(pod, container);
    const attempt = newest === undefined ? lastRestartCount(pod, container.name) : newest.attempt + 1;
    const id = await this.#create(pod, container, { ...into, attempt, image });
    try {
      await this.#deps.runtime.startContainer(id);
    } catch (error) {
      this.#deps.events.warning(pod, 'Failed', `Error: ${messageOf(error)}`, container.name);
      throw new StartProblem('RunContainerError', messageOf(error), { cause: error });
    }
    this.#deps.events.normal(pod, 'Started', 'Container started', container.name);
    await this.#postStart(pod, container, id, into.podIPs[0]);
  }

  async #create(
    pod: ReadonlyPod,
    container: ReadonlyContainer,
    parts: StartContext & { readonly attempt: number; readonly image: Awaited<ReturnType<ImageManager['ensure']>> },
  ): Promise<string> {
    const { runtime, events, files, objects, services, node, limits } = this.#deps;
    const { attempt, image, volumes } = parts;
    try {
      const targetId = targetOf(pod, container.name, parts.state);
      const facts = node();
      const podIPs = pod.spec.hostNetwork === true ? facts.hostIPs : parts.podIPs;
      const environment = await containerEnvironment(pod, container, { objects, services, facts: { ...facts, podIPs } });
      const terminationLog = await files?.makeTerminationLog(pod.metadata.uid, container.name, attempt);
      const own = terminationLog === undefined ? parts.files : { ...parts.files, terminationLog };
      const mounts = files === undefined ? [] : await containerMounts(container, { volumes, files: own, environment });
      const config = containerConfig(pod, container, {
        attempt,
        image,
        imageReference: container.image ?? image.id,
        environment,
        mounts,
        node: limits,
        targetId,
      });
      const id = await runtime.createContainer(parts.sandboxId, config, parts.config);
      events.normal(pod, 'Created', 'Container created', container.name);
      return id;
    } catch (error) {
      events.warning(pod, 'Failed', `Error: ${messageOf(error)}`, container.name);
      throw error;
    }
  }

  #checkBackoff(pod: ReadonlyPod, container: ReadonlyContainer, newest: Container | undefined): void {
    if (newest?.state !== 'exited') return;
    const { backoff, events, clock } = this.#deps;
    const key = `${pod.metadata.uid}_${container.name}_${newest.image}`;
    const ended = newest.finishedAt ?? clock.now();
    const wait = backoff.remaining(key, ended);
    if (wait === 0) return backoff.next(key, ended);
    events.warning(pod, 'BackOff', `Back-off restarting failed container ${container.name} in pod ${podDescription(pod)}`, container.name);
    const length = formatGoDuration(backoff.current(key));
    const message = `back-off ${length} restarting failed container=${container.name} pod=${podDescription(pod)}`;
    throw new StartProblem('CrashLoopBackOff', message, { retryAfter: wait });
  }

  async #postStart(pod: ReadonlyPod, container: ReadonlyContainer, id: string, podIP: string | undefined): Promise<void> {
    const handler = container.lifecycle?.postStart;
    if (handler === undefined) return;
    try {
      await runHook(handler, { containerId: id, container, podIP }, this.#deps);
    } catch (error) {
      this.#deps.events.warning(pod, 'FailedPostStartHook', 'PostStartHook failed', container.name);
      const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
      const running = (await this.#deps.runtime.containers({ podUid: pod.metadata.uid })).filter((candidate) => candidate.id === id);
      await new Termination(this.#deps, pod, grace).run(running, () => 'FailedPostStartHook');
      throw new StartProblem('PostStartHookError', messageOf(error), { cause: error });
    }
  }

  async #filesFor(pod: ReadonlyPod, podIPs: readonly string[]): Promise<ContainerFiles> {
    const { files, sandbox } = this.#deps;
    if (files === undefined) return { subPath: (volume) => Promise.resolve(volume) };
    const aliases = pod.spec.hostAliases ?? [];
    const content =
      pod.spec.hostNetwork === true
        ? hostNetworkHostsFile(await readFile('/etc/hosts', 'utf8'), aliases)
        : hostsFile(podIPs, podHostname(pod, sandbox.dns.clusterDomain), aliases);
    const path = await files.writeHostsFile(pod.metadata.uid, content);
    return { hostsFile: path, subPath: (volume, subPath) => files.subPath(volume, subPath) };
  }
}

interface StartContext {
  readonly state: PodState;
  readonly sandboxId: string;
  readonly podIPs: readonly string[];
  readonly config: SandboxConfig;
  readonly volumes: MountedVolumes;
  readonly files: ContainerFiles;
}

function killMessage(name: string, reason: ContainerKill['reason']): string {
  switch (reason) {
    case 'definition-changed':
      return `Container ${name} definition changed, will be restarted`;
    case 'liveness-failed':
      return `Container ${name} failed liveness probe, will be restarted`;
    case 'startup-failed':
      return `Container ${name} failed startup probe, will be restarted`;
    case 'unknown-state':
      return `Container ${name} is in an unknown state, will be restarted`;
  }
}

/**
 * The container whose processes an ephemeral container wants to see.
 * @throws StartProblem CreateContainerConfigError if it has never run
 */
function targetOf(pod: ReadonlyPod, name: string, state: PodState): string | undefined {
  const target = ephemeralContainersOf(pod).find((container) => container.name === name)?.targetContainerName;
  if (target === undefined || target === '') return undefined;
  const newest = newestContainer(state, target);
  if (newest === undefined) throw new StartProblem('CreateContainerConfigError', `unable to find target container ${target}`);
  return newest.id;
}

/** The runtime has lost the container that the status tells of: the next one counts on from there. */
function lastRestartCount(pod: ReadonlyPod, container: string): number {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const status = statuses.find(({ name, containerID }) => name === container && containerID !== undefined);
  return status === undefined ? 0 : status.restartCount + 1;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
