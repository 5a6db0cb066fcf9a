import { services, type Service } from '@keelson/api';
import { Quantity, type DeepReadonly } from '@keelson/apimachinery';
import type { QuotaChange, QuotaEvaluator } from './evaluator';
import { countName, ONE } from './object-count';
import type { Usage } from './usage';

const COUNT = countName(services);
const NAMES: ReadonlySet<string> = new Set([COUNT, 'services', 'services.nodeports', 'services.loadbalancers']);

/** Services, and what they take of the nodes' ports and of load balancers. */
export class ServiceEvaluator implements QuotaEvaluator<Service> {
  handles({ operation, subresource }: QuotaChange<Service>): boolean {
    return subresource === '' && (operation === 'CREATE' || operation === 'UPDATE');
  }

  measures(name: string): boolean {
    return NAMES.has(name);
  }

  isInScope(): boolean {
    return false;
  }

  objection(): undefined {
    return undefined;
  }

  usage(service: DeepReadonly<Service>): Usage {
    return new Map([
      [COUNT, ONE],
      ['services', ONE],
      ['services.nodeports', Quantity.of(nodePortsOf(service))],
      ['services.loadbalancers', service.spec.type === 'LoadBalancer' ? ONE : Quantity.zero],
    ]);
  }

  needsRecount(next: DeepReadonly<Service>, previous: DeepReadonly<Service>): boolean {
    return publicTypeOf(next) !== publicTypeOf(previous);
  }
}

/** Counted by what is meant, since ports are not allocated yet when a Service is admitted. */
function nodePortsOf({ spec: { allocateLoadBalancerNodePorts, ports = [], type } }: DeepReadonly<Service>): number {
  if (type === 'LoadBalancer' && allocateLoadBalancerNodePorts === false) return ports.filter(({ nodePort = 0 }) => nodePort !== 0).length;
  return type === 'NodePort' || type === 'LoadBalancer' ? ports.length : 0;
}

/** The type, where it uses more than the Service itself. */
function publicTypeOf({ spec: { type } }: DeepReadonly<Service>): string | undefined {
  return type === 'NodePort' || type === 'LoadBalancer' ? type : undefined;
}
