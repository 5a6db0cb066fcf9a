import { StatusError } from '@keelson/apimachinery';
import { namespaces } from '@keelson/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { forbid } from '../forbid';
import type { StoredObjects } from '../stored-objects';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
const REVIEW_GROUP = 'authorization.k8s.io';

/** Keeps objects out of namespaces that are not there or are ending, and the cluster's own namespaces from being deleted. */
export class NamespaceLifecycle implements AdmissionPlugin {
  readonly name = 'NamespaceLifecycle';
  readonly #objects: StoredObjects;

  constructor(objects: StoredObjects) {
    this.#objects = objects;
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const { namespace, operation, resource } = attributes;
    if (resource.group === '' && resource.resource === 'namespaces') {
      if (operation === 'DELETE' && IMMORTAL.has(attributes.name)) throw forbid(attributes, 'this namespace may not be deleted');
      return;
    }
    if (namespace === '' || operation === 'DELETE' || resource.group === REVIEW_GROUP) return;
    await this.#checkNamespace(attributes);
  }

  /** A create looks at the newest state: a namespace that was just marked takes nothing more, or its deletion would never end. */
  async #checkNamespace(attributes: AdmissionAttributes): Promise<void> {
    const { namespace, operation } = attributes;
    const cached = this.#objects.peek(namespaces, { name: namespace });
    const current = cached !== undefined && operation !== 'CREATE' ? cached : await this.#objects.read(namespaces, { name: namespace });
    if (current === undefined) throw StatusError.notFound(namespaces, namespace);
    if (operation !== 'CREATE' || current.status?.phase !== 'Terminating') return;
    const { status } = forbid(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`);
    const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' };
    throw new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
  }
}
