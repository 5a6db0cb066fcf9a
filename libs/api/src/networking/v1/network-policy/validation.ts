import {
  addProblems,
  cidrBlock,
  cidrContains,
  parseCidr,
  portName,
  portNumber,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { PROTOCOLS } from '../../../core/v1/pod-spec/one-of';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../generated/networking/v1';
import { isEmpty, listOf } from '../../../presence';

const POLICY_TYPES = ['Ingress', 'Egress'];

type Policy = DeepReadonly<NetworkPolicy>;

export function validateNetworkPolicyCreate(object: Policy, path: FieldPath, errors: FieldErrors): void {
  validateSpec(object, path.child('spec'), errors, new Set());
}

/** Networks that are no longer well-formed may stay as they are. */
export function validateNetworkPolicyUpdate(next: Policy, previous: Policy, path: FieldPath, errors: FieldErrors): void {
  const blocks = [
    ...listOf(previous.spec.ingress).flatMap(({ from }) => listOf(from)),
    ...listOf(previous.spec.egress).flatMap(({ to }) => listOf(to)),
  ];
  const known = new Set(blocks.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock.cidr, ...listOf(ipBlock.except)])));
  validateSpec(next, path.child('spec'), errors, known);
}

function validateSpec({ spec }: Policy, path: FieldPath, errors: FieldErrors, known: ReadonlySet<string>): void {
  validateLabelSelector(spec.podSelector, path.child('podSelector'), errors);
  listOf(spec.ingress).forEach(({ from, ports }, index) => {
    const at = path.child('ingress').index(index);
    listOf(ports).forEach((port, position) => validatePort(port, at.child('ports').index(position), errors));
    listOf(from).forEach((peer, position) => validatePeer(peer, at.child('from').index(position), errors, known));
  });
  listOf(spec.egress).forEach(({ ports, to }, index) => {
    const at = path.child('egress').index(index);
    listOf(ports).forEach((port, position) => validatePort(port, at.child('ports').index(position), errors));
    listOf(to).forEach((peer, position) => validatePeer(peer, at.child('to').index(position), errors, known));
  });
  const types = listOf(spec.policyTypes);
  if (types.length > POLICY_TYPES.length)
    return errors.invalid(path.child('policyTypes'), types, 'may not specify more than two policyTypes');
  types.forEach((type, index) => {
    if (!POLICY_TYPES.includes(type)) errors.notSupported(path.child('policyTypes').index(index), type, POLICY_TYPES);
  });
}

function validatePort({ endPort, port, protocol }: DeepReadonly<NetworkPolicyPort>, path: FieldPath, errors: FieldErrors): void {
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) errors.notSupported(path.child('protocol'), protocol, PROTOCOLS);
  const end = path.child('endPort');
  if (typeof port === 'number') {
    addProblems(portNumber(port), port, path.child('port'), errors);
    if (endPort === undefined) return;
    if (endPort < port) errors.invalid(end, port, 'must be greater than or equal to `port`');
    addProblems(portNumber(endPort), endPort, end, errors);
    return;
  }
  if (endPort !== undefined)
    errors.invalid(end, endPort, `may not be specified when \`port\` is ${port === undefined ? 'not specified' : 'non-numeric'}`);
  if (port !== undefined) addProblems(portName(port), port, path.child('port'), errors);
}

function validatePeer(
  { ipBlock, namespaceSelector, podSelector }: DeepReadonly<NetworkPolicyPeer>,
  path: FieldPath,
  errors: FieldErrors,
  known: ReadonlySet<string>,
): void {
  validateLabelSelector(podSelector, path.child('podSelector'), errors);
  validateLabelSelector(namespaceSelector, path.child('namespaceSelector'), errors);
  if (ipBlock !== undefined) validateBlock(ipBlock, path.child('ipBlock'), errors, known);
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined;
  if (!hasSelector && ipBlock === undefined) errors.required(path, 'must specify a peer');
  if (hasSelector && ipBlock !== undefined) errors.forbidden(path, 'may not specify both ipBlock and another peer');
}

function validateBlock({ cidr, except }: DeepReadonly<IPBlock>, path: FieldPath, errors: FieldErrors, known: ReadonlySet<string>): void {
  if (isEmpty(cidr)) return errors.required(path.child('cidr'));
  if (!known.has(cidr)) addProblems(cidrBlock(cidr), cidr, path.child('cidr'), errors);
  const whole = parseCidr(cidr);
  if (whole === undefined) return;
  listOf(except).forEach((text, index) => {
    const at = path.child('except').index(index);
    if (!known.has(text)) addProblems(cidrBlock(text), text, at, errors);
    const part = parseCidr(text);
    if (part !== undefined && (!cidrContains(whole, part) || whole.prefix >= part.prefix))
      errors.invalid(at, text, 'must be a strict subset of `cidr`');
  });
}
