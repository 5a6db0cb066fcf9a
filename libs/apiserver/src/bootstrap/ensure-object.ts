import { StatusError, type Draft, type KubernetesObject } from '@keelson/apimachinery';
import { internalContext } from '../registry/internal-context';
import type { ObjectRegistry } from '../registry/object-registry';

/**
 * Creates `draft` if no object of its name is there, or else lets `mend` complete the one that is. Several servers may do so at once.
 * @param mend returns undefined when there is nothing to mend
 */
export async function ensureObject<T extends KubernetesObject>(
  registry: ObjectRegistry,
  draft: Draft<T>,
  mend?: (current: T) => T | undefined,
): Promise<void> {
  const { name = '', namespace = '' } = draft.metadata;
  const context = internalContext({ namespace, name });
  const present = registry.peek({ namespace, name });
  if (present === undefined) {
    try {
      // A draft becomes a whole object in the registry.
      await registry.create(structuredClone(draft) as unknown as KubernetesObject, context);
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    }
    return;
  }
  if (mend?.(present.parse() as T) === undefined) return;
  await registry.update((current) => mend(current.parse() as T) ?? current.parse(), context);
}
