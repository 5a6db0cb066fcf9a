import { semanticEqual, StatusError, type DeepReadonly } from '@keelson/apimachinery';
import { MIRROR_POD_ANNOTATION, nodes, pods, type Pod } from '@keelson/api';
import type { AdmissionAttributes } from '../../admission-plugin';
import { forbid } from '../../forbid';
import type { StoredObjects } from '../../stored-objects';
import { apiObjectReferenceOf } from './api-object-reference';

/** What a node may do to pods: make mirrors of its static pods, and report on, evict and delete what is on it. */
export class PodRestriction {
  readonly #objects: StoredObjects;

  constructor(objects: StoredObjects) {
    this.#objects = objects;
  }

  async check(node: string, attributes: AdmissionAttributes): Promise<void> {
    switch (attributes.subresource) {
      case '':
        return this.#checkPod(node, attributes);
      case 'status':
        checkStatus(node, attributes);
        return;
      case 'eviction':
        return this.#checkEviction(node, attributes);
      default:
        throw forbid(
          attributes,
          `unexpected pod subresource ${JSON.stringify(attributes.subresource)}, only 'status' and 'eviction' are allowed`,
        );
    }
  }

  async #checkPod(node: string, attributes: AdmissionAttributes): Promise<void> {
    const quoted = JSON.stringify(node);
    switch (attributes.operation) {
      case 'CREATE':
        return this.#checkCreate(node, attributes);
      case 'DELETE':
        if ((attributes.oldObject as DeepReadonly<Pod>).spec.nodeName !== node)
          throw forbid(attributes, `node ${quoted} can only delete pods with spec.nodeName set to itself`);
        return;
      default:
        throw forbid(
          attributes,
          `unexpected operation ${JSON.stringify(attributes.operation)}, node ${quoted} can only create and delete mirror pods`,
        );
    }
  }

  async #checkCreate(node: string, attributes: AdmissionAttributes): Promise<void> {
    const pod = attributes.object as Pod;
    const quoted = JSON.stringify(node);
    if (pod.metadata.annotations?.[MIRROR_POD_ANNOTATION] === undefined)
      throw forbid(
        attributes,
        `pod does not have ${JSON.stringify(MIRROR_POD_ANNOTATION)} annotation, node ${quoted} can only create mirror pods`,
      );
    if (pod.spec.nodeName !== node) throw forbid(attributes, `node ${quoted} can only create pods with spec.nodeName set to itself`);
    await this.#checkOwner(node, attributes, pod);
    const reference = apiObjectReferenceOf(pod.spec);
    if (reference?.type === 'unknown') throw forbid(attributes, `error checking mirror pod for API references: ${reference.problem}`);
    if (reference !== undefined) throw forbid(attributes, `node ${quoted} can not create pods that reference ${reference.resource}`);
  }

  async #checkOwner(node: string, attributes: AdmissionAttributes, { metadata }: Pod): Promise<void> {
    const quoted = JSON.stringify(node);
    const [owner, ...others] = metadata.ownerReferences ?? [];
    if (others.length > 0) throw forbid(attributes, `node ${quoted} can only create pods with a single owner reference set to itself`);
    if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
      throw forbid(attributes, `node ${quoted} can only create pods with an owner reference set to itself`);
    if (owner.controller !== true)
      throw forbid(attributes, `node ${quoted} can only create pods with a controller owner reference set to itself`);
    if (owner.blockOwnerDeletion === true) throw forbid(attributes, `node ${quoted} must not set blockOwnerDeletion on an owner reference`);
    const name = { name: node };
    const { uid } = (this.#objects.peek(nodes, name) ?? (await this.#objects.read(nodes, name)) ?? notFound(nodes, node)).metadata;
    if (owner.uid !== uid) throw forbid(attributes, `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`);
  }

  async #checkEviction(node: string, attributes: AdmissionAttributes): Promise<void> {
    if (attributes.operation !== 'CREATE') throw forbid(attributes, `unexpected operation ${attributes.operation}`);
    const name = attributes.name === '' ? (attributes.object?.metadata.name ?? '') : attributes.name;
    if (name === '') throw forbid(attributes, 'could not determine pod from request data');
    const pod = (await this.#objects.read(pods, { namespace: attributes.namespace, name })) ?? notFound(pods, name);
    if (pod.spec.nodeName !== node) throw forbid(attributes, `node ${node} can only evict pods with spec.nodeName set to itself`);
  }
}

function notFound(resource: { readonly group: string; readonly resource: string }, name: string): never {
  throw StatusError.notFound(resource, name);
}

function checkStatus(node: string, attributes: AdmissionAttributes): void {
  const quoted = JSON.stringify(node);
  if (attributes.operation !== 'UPDATE') throw forbid(attributes, `unexpected operation ${JSON.stringify(attributes.operation)}`);
  const next = attributes.object as Pod;
  const previous = attributes.oldObject as DeepReadonly<Pod>;
  if (previous.spec.nodeName !== node)
    throw forbid(attributes, `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`);
  if (!semanticEqual(next.metadata.labels, previous.metadata.labels))
    throw forbid(attributes, `node ${quoted} cannot update labels through pod status`);
  if (!semanticEqual(next.status?.resourceClaimStatuses, previous.status?.resourceClaimStatuses))
    throw forbid(attributes, `node ${quoted} cannot update resource claim statues`);
  if (!semanticEqual(next.status?.extendedResourceClaimStatus, previous.status?.extendedResourceClaimStatus))
    throw forbid(attributes, `node ${quoted} cannot update extended resource claim status`);
}
