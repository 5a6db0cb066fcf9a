import type { Node, Pod, PodSpec } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { buildProfile, type ProfileSpec } from '../config/build-profile';
import type { CycleObserver } from '../cycle/cycle-observer';
import { NodeSelector } from '../cycle/select-node';
import { DEFAULT_SCHEDULER_NAME, type Profile } from '../framework/profile';
import { SchedulerCache } from '../state/scheduler-cache';

/** A pod of namespace `default` with one container; its uid is its name. */
export function testPod(
  name: string,
  spec: Partial<PodSpec> = {},
  requests: Record<string, string> = {},
  labels: Record<string, string> = {},
): Pod {
  return {
    metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels },
    spec: { containers: [{ name: 'main', resources: { requests } }], ...spec },
  };
}

/** A node with 4 cores, 8 GiB and room for 110 pods, unless `allocatable` says otherwise. */
export function testNode(
  name: string,
  spec: Node['spec'] = {},
  allocatable: Record<string, string> = {},
  labels: Record<string, string> = {},
): Node {
  return {
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels },
    spec,
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
  };
}

export function testCache(...nodes: Node[]): SchedulerCache {
  const cache = new SchedulerCache();
  for (const node of nodes) cache.setNode(node);
  return cache;
}

/** The default profile, or what `spec` makes of it; without an apiserver to bind to. */
export function testProfile(cache: SchedulerCache = new SchedulerCache(), spec: Partial<ProfileSpec> = {}): Profile {
  const client = {} as ApiClient;
  return buildProfile({ schedulerName: DEFAULT_SCHEDULER_NAME, ...spec }, { client, cache });
}

const silent: CycleObserver = { ranPoint: () => undefined, asked: () => undefined };

/** Selects with {@link testProfile}'s plugins; the first of several best nodes. */
export function testSelector(cache: SchedulerCache, spec: Partial<ProfileSpec> = {}): NodeSelector {
  return new NodeSelector({ profile: testProfile(cache, spec), clock: new FakeClock(), random: () => 0, observer: silent });
}
