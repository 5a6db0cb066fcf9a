import { FieldErrors, FieldPath, StatusError, type DeepReadonly, type KubernetesObject } from '@keelson/apimachinery';
import type { Service, ServicePort } from '@keelson/api';
import type { RegistryHooks, Reservation } from '../registry/registered-kind';
import { AddressUnavailable, type ClusterIpAllocator } from './cluster-ip-allocator';
import { settleIpFamilies } from './ip-families';
import { PortUnavailable, type NodePortAllocator } from './node-port-allocator';
import { addressOf, ownerOf, portsOf } from './service-resources';

const SPEC = FieldPath.of('spec');

export interface ServiceHooksDeps {
  readonly clusterIps: ClusterIpAllocator;
  readonly nodePorts: NodePortAllocator;
  /** Hears of what could not be given back; `ServiceRepair` will find it. */
  readonly onError: (error: unknown) => void;
}

/** What a write of a Service took, and what it will no longer need once it is written. */
interface Allocation {
  takenAddress?: string;
  freedAddress?: string;
  takenPorts: number[];
  freedPorts: number[];
}

/** Gives Services cluster IPs and node ports as part of their writes, and takes them back with them. */
export class ServiceHooks implements RegistryHooks {
  readonly #deps: ServiceHooksDeps;

  constructor(deps: ServiceHooksDeps) {
    this.#deps = deps;
  }

  beginCreate(object: KubernetesObject, { dryRun }: { readonly dryRun: boolean }): Promise<Reservation> {
    return this.#begin(object as Service, undefined, dryRun);
  }

  beginUpdate(
    next: KubernetesObject,
    previous: DeepReadonly<KubernetesObject>,
    { dryRun }: { readonly dryRun: boolean },
  ): Promise<Reservation> {
    return this.#begin(next as Service, previous as DeepReadonly<Service>, dryRun);
  }

  async afterDelete(deleted: DeepReadonly<KubernetesObject>): Promise<void> {
    const { metadata, spec } = deleted as DeepReadonly<Service>;
    const address = addressOf(spec.clusterIP);
    await this.#free(metadata, {
      takenPorts: [],
      freedPorts: portsOf(deleted as DeepReadonly<Service>),
      ...(address === undefined ? {} : { freedAddress: address }),
    });
  }

  async #begin(service: Service, previous: DeepReadonly<Service> | undefined, dryRun: boolean): Promise<Reservation> {
    const allocation: Allocation = { takenPorts: [], freedPorts: [] };
    const owner = ownerOf(service);
    const rollback = (): Promise<void> => this.#undo(owner, allocation);
    try {
      await this.#settleAddress(service, previous, { allocation, dryRun });
      await this.#settlePorts(service, previous, { allocation, dryRun });
    } catch (error) {
      await rollback();
      throw error;
    }
    return { commit: () => this.#free(owner, allocation), rollback };
  }

  async #settleAddress(service: Service, previous: DeepReadonly<Service> | undefined, { allocation, dryRun }: Begun): Promise<void> {
    const { spec } = service;
    const before = addressOf(previous?.spec.clusterIP);
    if (spec.type === 'ExternalName') {
      if (before !== undefined && !dryRun) allocation.freedAddress = before;
      return;
    }
    settleIpFamilies(service, previous, this.#deps.clusterIps.family);
    if (spec.clusterIP === 'None' || (before !== undefined && spec.clusterIP === before)) return;
    // That an address may not change once given is for validation to say.
    if (before !== undefined && (spec.clusterIP ?? '') !== '') return;
    const wanted = addressOf(spec.clusterIP);
    if (!dryRun) {
      const address = await this.#takeAddress(service, wanted);
      allocation.takenAddress = address;
      spec.clusterIP = address;
    } else if (wanted === undefined) return;
    spec.clusterIPs = [spec.clusterIP ?? ''];
  }

  async #takeAddress(service: Service, wanted: string | undefined): Promise<string> {
    const owner = ownerOf(service);
    try {
      if (wanted === undefined) return await this.#deps.clusterIps.takeAny(owner);
      await this.#deps.clusterIps.take(wanted, owner);
      return wanted;
    } catch (error) {
      if (!(error instanceof AddressUnavailable)) throw error;
      const value = wanted === undefined ? [] : [wanted];
      throw invalid(service, (errors) =>
        errors.invalid(SPEC.child('clusterIPs'), value, `failed to allocate IP ${wanted ?? ''}: ${error.message}`),
      );
    }
  }

  async #settlePorts(service: Service, previous: DeepReadonly<Service> | undefined, { allocation, dryRun }: Begun): Promise<void> {
    const before = previous === undefined ? [] : portsOf(previous);
    if (!dryRun && needsPorts(service)) await this.#takePorts(service, before, allocation);
    const after = new Set(portsOf(service));
    if (!dryRun) allocation.freedPorts = before.filter((port) => !after.has(port));
  }

  async #takePorts(service: Service, before: readonly number[], allocation: Allocation): Promise<void> {
    const { spec } = service;
    const ports = spec.ports ?? [];
    const asked = [...new Set(portsOf(service))].filter((port) => !before.includes(port));
    for (const port of asked) {
      await this.#takePort(service, port);
      allocation.takenPorts.push(port);
    }
    if (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === false) return;
    await this.#fillPorts(ports, allocation);
    if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local' || (spec.healthCheckNodePort ?? 0) !== 0) return;
    const [healthCheck = 0] = await this.#deps.nodePorts.takeAny(1);
    allocation.takenPorts.push(healthCheck);
    spec.healthCheckNodePort = healthCheck;
  }

  /** The same port number in two protocols shares a node port, as DNS has it. */
  async #fillPorts(ports: readonly ServicePort[], allocation: Allocation): Promise<void> {
    const known = new Map(
      ports.filter(({ nodePort = 0 }) => nodePort !== 0).map(({ nodePort = 0, port, protocol }) => [`${port} ${protocol ?? ''}`, nodePort]),
    );
    for (const port of ports) {
      if ((port.nodePort ?? 0) !== 0) continue;
      const shared = ports.find(
        (other) => other.port === port.port && other.protocol !== port.protocol && (other.nodePort ?? 0) !== 0,
      )?.nodePort;
      if (shared !== undefined && !known.has(`${shared} ${port.protocol ?? ''}`)) {
        port.nodePort = shared;
        continue;
      }
      const [free = 0] = await this.#deps.nodePorts.takeAny(1);
      allocation.takenPorts.push(free);
      port.nodePort = free;
    }
  }

  async #takePort(service: Service, port: number): Promise<void> {
    try {
      await this.#deps.nodePorts.take([port]);
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error;
      const index = (service.spec.ports ?? []).findIndex(({ nodePort }) => nodePort === port);
      const path = index < 0 ? SPEC.child('healthCheckNodePort') : SPEC.child('ports').index(index).child('nodePort');
      throw invalid(service, (errors) => errors.invalid(path, port, error.message));
    }
  }

  async #undo(owner: Owner, { takenAddress, takenPorts }: Allocation): Promise<void> {
    await this.#free(owner, {
      takenPorts: [],
      freedPorts: takenPorts,
      ...(takenAddress === undefined ? {} : { freedAddress: takenAddress }),
    });
  }

  async #free(owner: Owner, { freedAddress, freedPorts }: Allocation): Promise<void> {
    try {
      if (freedAddress !== undefined)
        await this.#deps.clusterIps.release(freedAddress, { namespace: owner.namespace ?? '', name: owner.name });
      if (freedPorts.length > 0) await this.#deps.nodePorts.release(freedPorts);
    } catch (error) {
      this.#deps.onError(error);
    }
  }
}

interface Begun {
  readonly allocation: Allocation;
  readonly dryRun: boolean;
}

interface Owner {
  readonly namespace?: string | undefined;
  readonly name: string;
}

const needsPorts = ({ spec }: Service): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

function invalid({ metadata }: Service, add: (errors: FieldErrors) => void): StatusError {
  const errors = new FieldErrors();
  add(errors);
  return StatusError.invalid({ group: '', kind: 'Service' }, metadata.name, errors);
}
