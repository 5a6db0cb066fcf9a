import type { EndpointSlice } from '@keelson/api';
import type { DeepReadonly } from '@keelson/apimachinery';

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** The endpoints that connections to one port of a Service may go to, in a fixed order. */
export interface EndpointChoice {
  /** On whatever node. None means that the Service has no usable endpoint at all. */
  readonly cluster: readonly Endpoint[];
  /** On this machine. */
  readonly local: readonly Endpoint[];
  /** All that answer, terminating or not: an established flow to one of them may stay. */
  readonly serving: readonly Endpoint[];
  /** The ready ones on this machine: what a load balancer is told of. */
  readonly readyLocal: readonly Endpoint[];
}

/** Whether pods of the node run on this machine. */
export type IsLocalNode = (nodeName: string) => boolean;

/**
 * Chooses among a Service's slices: the ready endpoints; where there is none, those that are terminating and still serve (KEP-1669). The
 * fallback is decided for the machine and for the cluster each on its own.
 * @param slices the Service's slices of addresses of one family
 */
export function chooseEndpoints(slices: readonly DeepReadonly<EndpointSlice>[], portName: string, isLocal: IsLocalNode): EndpointChoice {
  const candidates = slices.flatMap((slice) => candidatesOf(slice, portName));
  const here = candidates.filter(({ nodeName }) => nodeName !== undefined && isLocal(nodeName));
  return {
    cluster: usable(candidates),
    local: usable(here),
    serving: distinct(candidates.filter(({ serving }) => serving)),
    readyLocal: distinct(here.filter(({ ready }) => ready)),
  };
}

interface Candidate extends Endpoint {
  readonly nodeName: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** What a slice doesn't say of a condition is taken as upstream takes it: ready, serving, and not terminating. */
function candidatesOf(slice: DeepReadonly<EndpointSlice>, portName: string): Candidate[] {
  const port = slice.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
  if (port === undefined) return [];
  return (slice.endpoints ?? []).flatMap(({ addresses: [ip], conditions, nodeName }) => {
    if (ip === undefined) return [];
    const ready = conditions?.ready !== false;
    return [{ ip, port, nodeName, ready, serving: conditions?.serving ?? ready, terminating: conditions?.terminating === true }];
  });
}

function usable(candidates: readonly Candidate[]): readonly Endpoint[] {
  const ready = candidates.filter((candidate) => candidate.ready);
  return distinct(ready.length > 0 ? ready : candidates.filter(({ serving, terminating }) => serving && terminating));
}

/** While an endpoint moves from one slice to another it is in both. */
function distinct(candidates: readonly Candidate[]): readonly Endpoint[] {
  const byAddress = new Map(candidates.map(({ ip, port }): [string, Endpoint] => [`${ip}:${port}`, { ip, port }]));
  return [...byAddress].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}
