import type { Clock } from '@keelson/apimachinery';
import type { DeepReadonly, Probe } from '@keelson/api';
import type { ContainerRuntime } from '@keelson/container-runtime';
import { longRunningContainersOf } from '../pod/pod-containers';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import { readySandbox, runningContainers, type PodState } from '../runtime-state/pod-state';
import type { ProbeVerdicts } from '../pod-worker/compute-pod-actions';
import type { PodEvents } from '../pod-worker/pod-events';
import { ProbeLoop, type ProbeKind } from './probe-loop';
import type { ProbeRunner } from './run-probe';

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];

export interface ProbeManagerDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly events: PodEvents;
  readonly run: ProbeRunner;
  /** Between 0 and 1: spreads the first probes after a start of the kubelet. */
  readonly random: () => number;
  /** A verdict on one of the pod's containers has changed. */
  readonly onChange: (podUid: string) => void;
}

interface ProbedContainer {
  readonly podUid: string;
  readonly loops: Map<ProbeKind, ProbeLoop>;
}

/**
 * Runs the probes of all running containers of the node, and knows what they came to.
 * Invariant: a container has loops only while it runs and its pod is tracked.
 */
export class ProbeManager implements ProbeVerdicts {
  readonly #deps: ProbeManagerDeps;
  /** By container id. */
  readonly #containers = new Map<string, ProbedContainer>();

  constructor(deps: ProbeManagerDeps) {
    this.#deps = deps;
  }

  /** Starts the probes of containers that run and stops those of containers that no longer do. */
  track(pod: ReadonlyPod, state: PodState): void {
    const running = new Map(runningContainers(state).map((container) => [container.id, container]));
    for (const [id, { podUid }] of this.#containers) if (podUid === pod.metadata.uid && !running.has(id)) this.#stop(id);
    const podIP = readySandbox(state)?.ips[0] ?? pod.status?.podIP;
    for (const { id, name, startedAt } of running.values()) {
      const spec = longRunningContainersOf(pod).find((container) => container.name === name);
      if (spec === undefined || this.#containers.has(id)) continue;
      const loops = new Map(
        KINDS.flatMap((kind) => this.#loop(pod, spec, { kind, containerId: id, podIP, startedAt: startedAt ?? this.#deps.clock.now() })),
      );
      if (loops.size > 0) this.#containers.set(id, { podUid: pod.metadata.uid, loops });
    }
  }

  /** A pod on its way out is no longer killed for its probes, but still shows whether it is ready. */
  stopKilling(podUid: string): void {
    for (const { podUid: of, loops } of this.#containers.values()) {
      if (of !== podUid) continue;
      for (const kind of ['startup', 'liveness'] as const) loops.get(kind)?.stop();
    }
  }

  forget(podUid: string): void {
    for (const [id, container] of this.#containers) if (container.podUid === podUid) this.#stop(id);
  }

  liveness(containerId: string): 'success' | 'failure' {
    return this.#loopOf(containerId, 'liveness')?.result === 'failure' ? 'failure' : 'success';
  }

  startup(containerId: string): 'success' | 'failure' | 'unknown' {
    return this.#loopOf(containerId, 'startup')?.result ?? 'success';
  }

  isReady(containerId: string): boolean {
    return (this.#loopOf(containerId, 'readiness')?.result ?? 'success') === 'success';
  }

  hasStarted(containerId: string): boolean {
    return this.startup(containerId) === 'success';
  }

  #loopOf(containerId: string, kind: ProbeKind): ProbeLoop | undefined {
    return this.#containers.get(containerId)?.loops.get(kind);
  }

  #loop(
    pod: ReadonlyPod,
    container: ReadonlyContainer,
    { kind, ...target }: { kind: ProbeKind; containerId: string; podIP: string | undefined; startedAt: number },
  ): [ProbeKind, ProbeLoop][] {
    const probe = probeOf(container, kind);
    if (probe === undefined) return [];
    const { clock, events, random, onChange, run, runtime } = this.#deps;
    const loop = new ProbeLoop({
      kind,
      probe,
      clock,
      random,
      startedAt: target.startedAt,
      mayRun: () => kind === 'startup' || this.hasStarted(target.containerId),
      attempt: (signal) => run(probe, { ...target, container }, { runtime, clock, signal }),
      onResult: () => onChange(pod.metadata.uid),
      onFailure: (message) => events.warning(pod, 'Unhealthy', `${title(kind)} probe failed: ${message}`, container.name),
    });
    loop.start();
    return [[kind, loop]];
  }

  #stop(containerId: string): void {
    for (const loop of this.#containers.get(containerId)?.loops.values() ?? []) loop.stop();
    this.#containers.delete(containerId);
  }
}

function probeOf(container: ReadonlyContainer, kind: ProbeKind): DeepReadonly<Probe> | undefined {
  return { startup: container.startupProbe, liveness: container.livenessProbe, readiness: container.readinessProbe }[kind];
}

const title = (kind: ProbeKind): string => kind.charAt(0).toUpperCase() + kind.slice(1);
