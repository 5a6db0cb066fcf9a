import type { Container as RuntimeContainer, Sandbox } from '@keelson/container-runtime';
import type { Container, Pod, PodSpec } from '@keelson/api';
import { CONTAINER_HASH_ANNOTATION, containerHash } from '../pod/container-hash';
import { podState, type PodState } from '../runtime-state/pod-state';
import type { ReadonlyContainer } from '../pod/types';

export function container(name: string, more: Partial<Container> = {}): Container {
  return { name, image: `registry.test/${name}:1`, ...more };
}

export function pod(spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  const identity = { name: 'web', namespace: 'default', uid: 'uid-1', resourceVersion: '10', creationTimestamp: '2026-01-01T00:00:00Z' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...identity, ...metadata },
    spec: { nodeName: 'node-1', restartPolicy: 'Always', containers: [container('web')], ...spec },
    status: { phase: 'Pending' },
  };
}

export function sandbox(more: Partial<Sandbox> = {}): Sandbox {
  const identity = { namespace: 'default', name: 'web', uid: 'uid-1' };
  return {
    id: 'sandbox-0',
    pod: identity,
    attempt: 0,
    state: 'ready',
    createdAt: 0,
    ips: ['10.0.0.5'],
    labels: {},
    annotations: {},
    ...more,
  };
}

/** What the runtime would show of a container made from `spec`. */
export function instance(spec: ReadonlyContainer, more: Partial<RuntimeContainer> = {}): RuntimeContainer {
  const attempt = more.attempt ?? 0;
  return {
    id: `${spec.name}-${attempt}`,
    sandboxId: 'sandbox-0',
    pod: { namespace: 'default', name: 'web', uid: 'uid-1' },
    name: spec.name,
    attempt,
    state: 'running',
    image: spec.image ?? '',
    imageId: 'sha256:abc',
    createdAt: 0,
    startedAt: 0,
    labels: {},
    annotations: { [CONTAINER_HASH_ANNOTATION]: containerHash(spec) },
    logPath: `/var/log/pods/${spec.name}/${attempt}.log`,
    ...more,
  };
}

export function exited(spec: ReadonlyContainer, exitCode: number, more: Partial<RuntimeContainer> = {}): RuntimeContainer {
  return instance(spec, { state: 'exited', exitCode, finishedAt: 1000, ...more });
}

export function stateWith(containers: readonly RuntimeContainer[], sandboxes: readonly Sandbox[] = [sandbox()]): PodState {
  return podState(sandboxes, containers);
}
