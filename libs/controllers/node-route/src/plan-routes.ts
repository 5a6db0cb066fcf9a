import type { DeepReadonly, Node, NodeAddress } from '@keelson/api';
import { cidrContains, parseCidr, type Cidr } from '@keelson/apimachinery';
import type { Route, WantedRoute } from '@keelson/cloud';

export interface RoutePlan {
  readonly remove: readonly Route[];
  /** After the removals: a route whose node has other addresses now is removed and made again. */
  readonly create: readonly WantedRoute[];
}

/** What brings the cloud's table to one route for each pod CIDR of each node. Routes outside the cluster's CIDRs are somebody else's. */
export function planRoutes(nodes: readonly DeepReadonly<Node>[], routes: readonly Route[], clusterCidrs: readonly Cidr[]): RoutePlan {
  const wanted = nodes.flatMap(wantedRoutes);
  const serves = (route: Route, { destinationCIDR, targetNode, targetNodeAddresses }: WantedRoute): boolean =>
    route.targetNode === targetNode &&
    route.destinationCIDR === destinationCIDR &&
    route.blackhole !== true &&
    (route.targetNodeAddresses === undefined || areSame(route.targetNodeAddresses, targetNodeAddresses));
  return {
    remove: routes.filter((route) => isOurs(route, clusterCidrs) && !wanted.some((each) => serves(route, each))),
    create: wanted.filter((each) => !routes.some((route) => serves(route, each))),
  };
}

function wantedRoutes({ metadata, spec, status }: DeepReadonly<Node>): readonly WantedRoute[] {
  return (spec.podCIDRs ?? []).map((destinationCIDR) => ({
    nameHint: metadata.uid,
    targetNode: metadata.name,
    targetNodeAddresses: status?.addresses ?? [],
    destinationCIDR,
  }));
}

function isOurs({ destinationCIDR }: Route, clusterCidrs: readonly Cidr[]): boolean {
  const cidr = parseCidr(destinationCIDR);
  return cidr !== undefined && clusterCidrs.some((cluster) => cidrContains(cluster, cidr));
}

function areSame(a: readonly NodeAddress[], b: readonly NodeAddress[]): boolean {
  return a.length === b.length && a.every(({ address, type }) => b.some((each) => each.type === type && each.address === address));
}
