import type { NodeAddress } from '@keelson/api';

/** A way to the pods of one node. */
export interface Route {
  /** The cloud's own name of it. */
  readonly name: string;
  readonly targetNode: string;
  /** A node's `podCIDR`. */
  readonly destinationCIDR: string;
  /** It leads nowhere since its target is gone. */
  readonly blackhole?: boolean;
  /** The node's addresses as the route has them; undefined for clouds whose routes do not depend on addresses. */
  readonly targetNodeAddresses?: readonly NodeAddress[];
}

/** A route that shall be. */
export interface WantedRoute {
  /** Unique to the node and the same at each try; for clouds that need a name. */
  readonly nameHint: string;
  readonly targetNode: string;
  readonly targetNodeAddresses: readonly NodeAddress[];
  readonly destinationCIDR: string;
}

/** The cloud's routing table; upstream's `Routes`. */
export interface Routes {
  list(clusterName: string, signal: AbortSignal): Promise<readonly Route[]>;
  /** Resolves also if it is there. */
  create(clusterName: string, route: WantedRoute, signal: AbortSignal): Promise<void>;
  /** @param route as `list` gave it; resolves also if it is gone */
  delete(clusterName: string, route: Route, signal: AbortSignal): Promise<void>;
}
