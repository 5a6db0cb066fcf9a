import { semanticEqual, type DeepReadonly } from '@keelson/apimachinery';
import type { Node } from '@keelson/api';
import type { AdmissionAttributes } from '../../admission-plugin';
import { forbid } from '../../forbid';

type Labels = Readonly<Record<string, string>>;

const RESTRICTED = 'node-restriction.kubernetes.io';
const KUBELET_LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
const KUBELET_LABEL_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const KUBERNETES_DOMAINS = ['kubernetes.io', 'k8s.io'];

/** A node changes only its own object, and nothing in it that draws workloads to it or widens what it may read. */
export function checkNode(node: string, attributes: AdmissionAttributes): void {
  const quoted = JSON.stringify(node);
  // The name of a create is the object's own here; it is in no URL.
  if (attributes.name !== node) throw forbid(attributes, `node ${quoted} is not allowed to modify node ${JSON.stringify(attributes.name)}`);
  if (attributes.operation === 'CREATE') checkCreate(quoted, attributes, attributes.object as Node);
  if (attributes.operation === 'UPDATE')
    checkUpdate(quoted, attributes, { next: attributes.object as Node, previous: attributes.oldObject as DeepReadonly<Node> });
}

function checkCreate(quoted: string, attributes: AdmissionAttributes, { metadata, spec }: Node): void {
  if (spec.configSource !== undefined) throw forbid(attributes, `node ${quoted} is not allowed to create pods with a non-nil configSource`);
  const forbidden = forbiddenLabels(metadata.labels ?? {}, {});
  if (forbidden.length > 0) throw forbid(attributes, `node ${quoted} is not allowed to set the following labels: ${forbidden.join(', ')}`);
}

function checkUpdate(
  quoted: string,
  attributes: AdmissionAttributes,
  { next, previous }: { readonly next: Node; readonly previous: DeepReadonly<Node> },
): void {
  if (next.spec.configSource !== undefined && !semanticEqual(next.spec.configSource, previous.spec.configSource))
    throw forbid(attributes, `node ${quoted} is not allowed to update configSource to a new non-nil configSource`);
  if (!semanticEqual(next.spec.taints, previous.spec.taints)) throw forbid(attributes, `node ${quoted} is not allowed to modify taints`);
  if (!semanticEqual(next.metadata.ownerReferences, previous.metadata.ownerReferences))
    throw forbid(attributes, `node ${quoted} is not allowed to modify ownerReferences`);
  const forbidden = forbiddenLabels(next.metadata.labels ?? {}, previous.metadata.labels ?? {});
  if (forbidden.length > 0) throw forbid(attributes, `is not allowed to modify labels: ${forbidden.join(', ')}`);
}

/** The labels that are not the same in both and that a node may not have a hand in, sorted. */
function forbiddenLabels(next: Labels, previous: Labels): readonly string[] {
  const changed = [...new Set([...Object.keys(next), ...Object.keys(previous)])].filter((key) => next[key] !== previous[key]);
  return changed.filter((key) => !isAllowed(key)).sort();
}

function isAllowed(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash === -1 ? '' : label.slice(0, slash);
  if (isWithin(domain, [RESTRICTED])) return false;
  return !isWithin(domain, KUBERNETES_DOMAINS) || KUBELET_LABELS.has(label) || isWithin(domain, KUBELET_LABEL_DOMAINS);
}

const isWithin = (domain: string, parents: readonly string[]): boolean =>
  parents.some((parent) => domain === parent || domain.endsWith(`.${parent}`));
