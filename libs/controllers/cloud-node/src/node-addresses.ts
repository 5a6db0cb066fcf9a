import type { DeepReadonly, Node, NodeAddress } from '@keelson/api';
import { formatIp, parseIp } from '@keelson/apimachinery';

/** Set by a kubelet with `--cloud-provider=external` and `--node-ip`. */
const PROVIDED_NODE_IP = 'alpha.kubernetes.io/provided-node-ip';

/**
 * What a node's addresses should be, or undefined if they are that, or the cloud says nothing about them. The address that the kubelet was told to
 * use is the only one of its type; the host name stays the kubelet's unless the cloud has one.
 * @throws Error if the kubelet was told an address that the cloud does not give to its machine
 */
export function settleAddresses(node: DeepReadonly<Node>, ofCloud: readonly NodeAddress[]): readonly NodeAddress[] | undefined {
  const present = node.status?.addresses ?? [];
  const provided = enforceNodeIp(node, ofCloud);
  if (ofCloud.length === 0) return undefined;
  const hostnames = ofCloud.some(({ type }) => type === 'Hostname') ? [] : present.filter(({ type }) => type === 'Hostname');
  const wanted = [...provided, ...hostnames];
  const isSame =
    wanted.length === present.length &&
    wanted.every(({ address, type }) => present.some((each) => each.type === type && each.address === address));
  return isSame ? undefined : wanted;
}

function enforceNodeIp({ metadata }: DeepReadonly<Node>, ofCloud: readonly NodeAddress[]): readonly NodeAddress[] {
  const annotation = metadata.annotations?.[PROVIDED_NODE_IP];
  if (annotation === undefined) return ofCloud;
  const enforced = annotation.split(',').flatMap((text) => matching(text.trim(), ofCloud));
  const types = new Set(enforced.map(({ type }) => type));
  return [...enforced, ...ofCloud.filter(({ type }) => !types.has(type))];
}

function matching(text: string, ofCloud: readonly NodeAddress[]): readonly NodeAddress[] {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`failed to parse node IP ${JSON.stringify(text)}`);
  const wanted = formatIp(ip);
  const found = ofCloud.filter(({ address }) => {
    const each = parseIp(address);
    return each !== undefined && formatIp(each) === wanted;
  });
  if (found.length === 0) throw new Error(`failed to get node address from cloud provider that matches ip: ${wanted}`);
  return found;
}
