import { Quantity, type GroupVersionResource } from '@keelson/apimachinery';
import type { QuotaChange, QuotaEvaluator } from './evaluator';
import type { Usage } from './usage';

/** A resource, whatever its version. */
export type GroupResource = Pick<GroupVersionResource, 'group' | 'resource'>;

/** The name that limits how many objects of a resource are stored: `count/pods`, `count/deployments.apps`. */
export function countName({ group, resource }: GroupResource): string {
  return group === '' ? `count/${resource}` : `count/${resource}.${group}`;
}

/** One. */
export const ONE = Quantity.of(1);

/** Core resources that were countable by their plain names before `count/` was there. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** Every object of the resource is one, and that is all there is to it. */
export class ObjectCountEvaluator implements QuotaEvaluator {
  readonly #names: readonly string[];

  constructor(resource: GroupResource) {
    const isPlain = resource.group === '' && PLAIN_NAMES.has(resource.resource);
    this.#names = [countName(resource), ...(isPlain ? [resource.resource] : [])];
  }

  handles({ operation, subresource }: QuotaChange): boolean {
    return operation === 'CREATE' && subresource === '';
  }

  measures(name: string): boolean {
    return this.#names.includes(name);
  }

  isInScope(): boolean {
    return false;
  }

  objection(): undefined {
    return undefined;
  }

  usage(): Usage {
    return new Map(this.#names.map((name) => [name, ONE]));
  }

  needsRecount(): boolean {
    return false;
  }
}
