import { isSidecar, initContainersOf } from './pod-containers';
import { milliCPU, wholeUnits } from './quantity';
import type { ReadonlyPod } from './types';

export interface ResourceAmounts {
  /** Thousandths of a core for `cpu`; whole units for everything else. */
  readonly [resource: string]: number;
}

export function resourceAmount(resource: string, quantity: string | undefined): number {
  return resource === 'cpu' ? milliCPU(quantity) : wholeUnits(quantity);
}

export function resourceAmounts(list: Readonly<Record<string, string>> | undefined): ResourceAmounts {
  return Object.fromEntries(Object.entries(list ?? {}).map(([name, quantity]) => [name, resourceAmount(name, quantity)]));
}

function combine(first: ResourceAmounts, second: ResourceAmounts, how: (a: number, b: number) => number): ResourceAmounts {
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Object.fromEntries([...names].map((name) => [name, how(first[name] ?? 0, second[name] ?? 0)]));
}

const sum = (a: number, b: number): number => a + b;

/**
 * What a pod takes on its node: the sum of its containers and sidecars, or the most that one init container needs beside the sidecars
 * that started before it, whichever is more; pod-level requests replace that; the overhead comes on top
 * (k8s.io/component-helpers/resource).
 */
export function podRequests(pod: ReadonlyPod): ResourceAmounts {
  let sidecars: ResourceAmounts = {};
  let initPeak: ResourceAmounts = {};
  for (const container of initContainersOf(pod)) {
    const requests = resourceAmounts(container.resources?.requests);
    if (isSidecar(container)) sidecars = combine(sidecars, requests, sum);
    initPeak = combine(initPeak, isSidecar(container) ? sidecars : combine(sidecars, requests, sum), Math.max);
  }
  const running = pod.spec.containers.reduce((total, { resources }) => combine(total, resourceAmounts(resources?.requests), sum), sidecars);
  const needed = { ...combine(running, initPeak, Math.max), ...resourceAmounts(pod.spec.resources?.requests) };
  return combine(needed, resourceAmounts(pod.spec.overhead), sum);
}
