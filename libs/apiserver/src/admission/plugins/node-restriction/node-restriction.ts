import { deepEqual, type DeepReadonly } from '@keelson/apimachinery';
import type { CertificateSigningRequest, PersistentVolumeClaim, ResourceSlice } from '@keelson/api';
import { parseCertificateRequest } from '@keelson/pki';
import type { Authorizer } from '../../../authorization/authorizer';
import { nodeNameOf } from '../../../authorization/node/node-authorizer';
import type { AdmissionAttributes, AdmissionPlugin } from '../../admission-plugin';
import { forbid } from '../../forbid';
import type { StoredObjects } from '../../stored-objects';
import { checkNode } from './check-node';
import { PodRestriction } from './pod-restriction';
import { TokenRestriction } from './token-restriction';

const LEASE_NAMESPACE = 'kube-node-lease';
const NODE_SIGNERS: ReadonlySet<string> = new Set(['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']);

/** Throws Forbidden if the node may not make the change. */
type Check = (node: string, attributes: AdmissionAttributes) => Promise<void> | void;

/**
 * Holds a kubelet to its own node and the pods on it, where the authorizer sees only the request's URL and not what is in it;
 * plugin/pkg/admission/noderestriction. Whoever is no node is not restricted.
 */
export class NodeRestriction implements AdmissionPlugin {
  readonly name = 'NodeRestriction';
  readonly #checks: Readonly<Record<string, Check | undefined>>;

  constructor(objects: StoredObjects, authorizer: Authorizer) {
    const pods = new PodRestriction(objects);
    const tokens = new TokenRestriction(objects, authorizer);
    this.#checks = {
      '/pods': (node, attributes) => pods.check(node, attributes),
      '/nodes': checkNode,
      '/persistentvolumeclaims': checkClaimStatus,
      '/serviceaccounts': (node, attributes) => tokens.check(node, attributes),
      'coordination.k8s.io/leases': checkLease,
      'storage.k8s.io/csinodes': checkCsiNode,
      'resource.k8s.io/resourceslices': checkResourceSlice,
      'certificates.k8s.io/certificatesigningrequests': checkCertificateRequest,
    };
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const node = nodeNameOf(attributes.user);
    if (node === undefined || attributes.operation === 'CONNECT') return;
    if (node === '') throw forbid(attributes, `could not determine node from user ${JSON.stringify(attributes.user.name)}`);
    const { group, resource } = attributes.resource;
    await this.#checks[`${group}/${resource}`]?.(node, attributes);
  }
}

function checkName(node: string, attributes: AdmissionAttributes, why: string): void {
  const name = attributes.operation === 'CREATE' ? attributes.object?.metadata.name : attributes.name;
  if (name !== node) throw forbid(attributes, why);
}

function checkCsiNode(node: string, attributes: AdmissionAttributes): void {
  checkName(node, attributes, 'can only access CSINode with the same name as the requesting node');
}

function checkLease(node: string, attributes: AdmissionAttributes): void {
  if (attributes.namespace !== LEASE_NAMESPACE)
    throw forbid(attributes, `can only access leases in the ${JSON.stringify(LEASE_NAMESPACE)} system namespace`);
  checkName(node, attributes, 'can only access node lease with the same name as the requesting node');
}

function checkClaimStatus(node: string, attributes: AdmissionAttributes): void {
  if (attributes.subresource !== 'status') throw forbid(attributes, 'may only update PVC status');
  if (attributes.operation !== 'UPDATE') throw forbid(attributes, `unexpected operation ${JSON.stringify(attributes.operation)}`);
  const previous = attributes.oldObject as DeepReadonly<PersistentVolumeClaim>;
  if (!deepEqual(withoutSizes(attributes.object as PersistentVolumeClaim), withoutSizes(previous)))
    throw forbid(
      attributes,
      `node ${JSON.stringify(node)} is not allowed to update fields other than status.quantity and status.conditions`,
    );
}

/** What a node may not change: everything but what it found out by growing the file system. */
function withoutSizes({ metadata, spec, status }: DeepReadonly<PersistentVolumeClaim>): object {
  const { managedFields, resourceVersion, ...keptMetadata } = metadata;
  const { allocatedResources, allocatedResourceStatuses, capacity, conditions, ...keptStatus } = status ?? {};
  return { metadata: keptMetadata, spec, status: keptStatus };
}

/** Updates are the authorizer's business; the content of what is created, and of each that a collection's deletion meets, is ours. */
function checkResourceSlice(node: string, attributes: AdmissionAttributes): void {
  const { operation } = attributes;
  if (operation !== 'CREATE' && operation !== 'DELETE') return;
  const slice = (operation === 'CREATE' ? attributes.object : attributes.oldObject) as DeepReadonly<ResourceSlice>;
  if (slice.spec.nodeName !== node)
    throw forbid(attributes, `can only ${operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`);
}

async function checkCertificateRequest(node: string, attributes: AdmissionAttributes): Promise<void> {
  if (attributes.operation !== 'CREATE') return;
  const { spec } = attributes.object as CertificateSigningRequest;
  if (!NODE_SIGNERS.has(spec.signerName)) return;
  const commonName = await commonNameOf(spec.request, attributes);
  if (commonName !== `system:node:${node}`) throw forbid(attributes, `can only create a node CSR with CN=system:node:${node}`);
}

/** @param request PEM in base64 */
async function commonNameOf(request: string, attributes: AdmissionAttributes): Promise<string> {
  try {
    return (await parseCertificateRequest(Buffer.from(request, 'base64').toString())).commonName;
  } catch (error) {
    throw forbid(attributes, `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`);
  }
}
