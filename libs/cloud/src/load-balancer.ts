import type { DeepReadonly, LoadBalancerStatus, Node, Service } from '@keelson/api';

export interface LoadBalancerRequest {
  /** `--cluster-name`: of several clusters that share a cloud. */
  readonly clusterName: string;
  readonly service: DeepReadonly<Service>;
  readonly signal: AbortSignal;
}

/** Where a load balancer sends traffic. */
export interface LoadBalancerTargets {
  readonly nodes: readonly DeepReadonly<Node>[];
}

/**
 * Load balancers for Services; upstream's `LoadBalancer`. A load balancer is known by its Service's uid: a later Service of the same name has another.
 * Every method may be called again after it failed or was cut off half-way, also by another process, and then ends what was begun.
 */
export interface LoadBalancer {
  /** The status of the load balancer as it is; undefined if there is none. */
  get(request: LoadBalancerRequest): Promise<LoadBalancerStatus | undefined> | LoadBalancerStatus | undefined;
  /** Makes the load balancer, or brings it to what the Service says now. @throws ImplementedElsewhere, RetryLater, Error */
  ensure(request: LoadBalancerRequest & LoadBalancerTargets): Promise<LoadBalancerStatus> | LoadBalancerStatus;
  /** Sends the traffic of an existing load balancer to these nodes. @throws ImplementedElsewhere, Error */
  update(request: LoadBalancerRequest & LoadBalancerTargets): Promise<void> | void;
  /** Resolves once there is none, also if there never was. @throws ImplementedElsewhere, Error */
  ensureDeleted(request: LoadBalancerRequest): Promise<void> | void;
}

/** The cloud leaves this Service to another controller, which looks after all of it. */
export class ImplementedElsewhere extends Error {
  readonly code = 'ImplementedElsewhere';
  override readonly name = 'ImplementedElsewhere';

  constructor() {
    super('implemented by alternate to cloud provider');
  }
}

/** The cloud knows when it pays to try again; upstream's `RetryError`. */
export class RetryLater extends Error {
  readonly code = 'RetryLater';
  override readonly name = 'RetryLater';
  readonly milliseconds: number;

  constructor(message: string, milliseconds: number) {
    super(message);
    this.milliseconds = milliseconds;
  }
}
