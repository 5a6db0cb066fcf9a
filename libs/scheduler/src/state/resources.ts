import type { DeepReadonly, Container, Pod, PodSpec } from '@keelson/api';
import { quantityMilliValue, quantityValue } from '@keelson/apimachinery';

/** Amounts by resource name: cpu in thousandths of a core, all else in its base unit. An absent name is zero. */
export type Resources = ReadonlyMap<string, number>;

/** What scoring assumes of a container that requests no cpu or memory, so that such pods spread. Upstream's `DefaultMilliCPURequest` and so on. */
const ASSUMED_WHEN_SCORING: Readonly<Record<string, string>> = { cpu: '100m', memory: `${200 * 1024 * 1024}` };

type Quantities = Readonly<Record<string, string>> | undefined;

export function parseResources(quantities: Quantities): Map<string, number> {
  const parsed = new Map<string, number>();
  for (const [name, text] of Object.entries(quantities ?? {}))
    parsed.set(name, name === 'cpu' ? quantityMilliValue(text) : quantityValue(text));
  return parsed;
}

/**
 * The most a pod asks for at any moment: its containers and sidecars together, or an init container with the sidecars started before it,
 * whichever is more; pod-level requests replace that; overhead comes on top (KEP-753, KEP-2837, KEP-688).
 */
export function podRequests(pod: DeepReadonly<Pod>): Map<string, number> {
  return requestsOf(pod.spec, {});
}

/** As {@link podRequests}, with an assumed request for each container that states none of cpu or memory. */
export function podRequestsForScoring(pod: DeepReadonly<Pod>): Map<string, number> {
  return requestsOf(pod.spec, ASSUMED_WHEN_SCORING);
}

function requestsOf(spec: DeepReadonly<PodSpec>, assumed: Readonly<Record<string, string>>): Map<string, number> {
  const requests = (container: DeepReadonly<Container>): Map<string, number> =>
    parseResources({ ...assumed, ...container.resources?.requests });

  const running = new Map<string, number>();
  for (const container of spec.containers) addTo(running, requests(container));

  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const own = requests(container);
    if (container.restartPolicy === 'Always') {
      addTo(running, own);
      addTo(sidecars, own);
      raiseTo(starting, sidecars);
    } else {
      addTo(own, sidecars);
      raiseTo(starting, own);
    }
  }
  raiseTo(running, starting);
  for (const [name, amount] of parseResources(spec.resources?.requests)) running.set(name, amount);
  addTo(running, parseResources(spec.overhead));
  return running;
}

export function addTo(sum: Map<string, number>, more: Resources, sign: 1 | -1 = 1): void {
  for (const [name, amount] of more) sum.set(name, (sum.get(name) ?? 0) + sign * amount);
}

function raiseTo(most: Map<string, number>, other: Resources): void {
  for (const [name, amount] of other) most.set(name, Math.max(most.get(name) ?? 0, amount));
}
