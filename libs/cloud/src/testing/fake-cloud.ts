import type { DeepReadonly, LoadBalancerStatus, Node } from '@keelson/api';
import type { CloudProvider } from '../cloud-provider';
import type { InstanceMetadata, Instances } from '../instances';
import type { LoadBalancer, LoadBalancerRequest, LoadBalancerTargets } from '../load-balancer';
import type { Route, Routes, WantedRoute } from '../routes';

/** A machine of a {@link FakeCloud}. */
export interface FakeMachine extends Partial<Omit<InstanceMetadata, 'providerID'>> {
  isShutdown?: boolean;
}

/** A cloud of which a test says what it has, and which tells what was done. */
export class FakeCloud implements CloudProvider, Instances, LoadBalancer {
  readonly name = 'fake';
  readonly instances: Instances = this;
  readonly loadBalancer: LoadBalancer = this;
  readonly routes: Routes;
  /** By node name. */
  readonly machines = new Map<string, FakeMachine>();
  readonly table: Route[] = [];
  /** By the uid of the Service: what its load balancer is. */
  readonly balancers = new Map<string, { readonly status: LoadBalancerStatus; nodes: readonly string[] }>();
  /** `ensure web`, in order. */
  readonly calls: string[] = [];
  /** What the next calls of load balancers and routes fail with. */
  failures: Error[] = [];

  constructor() {
    this.routes = {
      list: async () => [...this.table],
      create: async (_cluster, route) => this.#createRoute(route),
      delete: async (_cluster, { destinationCIDR, targetNode }) => {
        this.#call(`delete route ${destinationCIDR}`);
        const index = this.table.findIndex((each) => each.destinationCIDR === destinationCIDR && each.targetNode === targetNode);
        if (index !== -1) this.table.splice(index, 1);
      },
    };
  }

  async exists({ metadata }: DeepReadonly<Node>): Promise<boolean> {
    return this.machines.has(metadata.name);
  }

  async isShutdown({ metadata }: DeepReadonly<Node>): Promise<boolean> {
    return this.machines.get(metadata.name)?.isShutdown ?? false;
  }

  async metadata({ metadata }: DeepReadonly<Node>): Promise<InstanceMetadata | undefined> {
    const machine = this.machines.get(metadata.name);
    if (machine === undefined) throw new Error('instance not found');
    const { isShutdown, ...rest } = machine;
    return { providerID: `fake://${metadata.name}`, nodeAddresses: [], ...rest };
  }

  async get({ service }: LoadBalancerRequest): Promise<LoadBalancerStatus | undefined> {
    return this.balancers.get(service.metadata.uid)?.status;
  }

  async ensure({ nodes, service }: LoadBalancerRequest & LoadBalancerTargets): Promise<LoadBalancerStatus> {
    this.#call(`ensure ${service.metadata.name}`);
    const present = this.balancers.get(service.metadata.uid);
    const status = present?.status ?? { ingress: [{ ip: `192.0.2.${this.balancers.size + 1}` }] };
    this.balancers.set(service.metadata.uid, { status, nodes: nodes.map(({ metadata }) => metadata.name) });
    return status;
  }

  async update({ nodes, service }: LoadBalancerRequest & LoadBalancerTargets): Promise<void> {
    this.#call(`update ${service.metadata.name}`);
    const present = this.balancers.get(service.metadata.uid);
    if (present === undefined) throw new Error('load balancer not found');
    present.nodes = nodes.map(({ metadata }) => metadata.name);
  }

  async ensureDeleted({ service }: LoadBalancerRequest): Promise<void> {
    this.#call(`delete ${service.metadata.name}`);
    this.balancers.delete(service.metadata.uid);
  }

  #createRoute({ destinationCIDR, nameHint, targetNode, targetNodeAddresses }: WantedRoute): void {
    this.#call(`create route ${destinationCIDR}`);
    if (this.table.some((each) => each.destinationCIDR === destinationCIDR && each.targetNode === targetNode)) return;
    this.table.push({ name: nameHint, destinationCIDR, targetNode, targetNodeAddresses });
  }

  #call(what: string): void {
    this.calls.push(what);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}
