import { allContainersOf } from './pod-containers';
import { resourceAmount } from './pod-resources';
import type { ReadonlyPod } from './types';

export type QualityOfService = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COUNTED = ['cpu', 'memory'] as const;

interface Requirements {
  readonly requests?: Readonly<Record<string, string>> | undefined;
  readonly limits?: Readonly<Record<string, string>> | undefined;
}

/** Guaranteed: cpu and memory are limited everywhere and requests equal limits. BestEffort: neither is named anywhere. Else Burstable. */
export function qualityOfService(pod: ReadonlyPod): QualityOfService {
  const podLevel = pod.spec.resources;
  const all: Requirements[] = podLevel === undefined ? allContainersOf(pod).map(({ resources = {} }) => resources) : [podLevel];
  const named = all.some(({ requests = {}, limits = {} }) =>
    COUNTED.some((name) => isPositive(name, requests[name]) || isPositive(name, limits[name])),
  );
  if (!named) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isGuaranteed({ requests = {}, limits = {} }: Requirements): boolean {
  return COUNTED.every((name) => {
    const limit = limits[name];
    return isPositive(name, limit) && resourceAmount(name, requests[name] ?? limit) === resourceAmount(name, limit);
  });
}

const isPositive = (name: string, quantity: string | undefined): boolean => resourceAmount(name, quantity) > 0;
