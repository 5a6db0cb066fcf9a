import type { Agent } from 'node:http';
import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import { StatusError, type DeepReadonly } from '@keelson/apimachinery';
import type { Node, Pod } from '@keelson/api';
import type { NodeAccess } from '../node-access/pod-target';
import type { RequestInfo } from '../request/request-info';

/** Where a proxied request goes. */
export interface ProxyLocation {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** Empty: that of the scheme. */
  readonly port: string;
  /** Of a kubelet, which is shown who asks. Others are asked without a certificate, and theirs is not verified, as upstream. */
  readonly agent?: Agent;
}

/** `name`, `name:port` or `scheme:name:port`, as a proxy's URL says it. */
export interface ProxyTarget {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  readonly port: string;
}

/** @throws StatusError BadRequest if it is none of the forms (k8s.io/apimachinery/pkg/util/net SplitSchemeNamePort) */
export function parseProxyTarget(kind: 'pod' | 'service' | 'node', id: string): ProxyTarget {
  const parts = id.split(':');
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme))
    throw StatusError.badRequest(`invalid ${kind} request ${JSON.stringify(id)}`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

/** @throws StatusError BadRequest if the pod has no address, or one that is not to be reached by way of this server */
export async function podLocation({ pods }: Pick<NodeAccess, 'pods'>, { name: id, namespace }: RequestInfo): Promise<ProxyLocation> {
  const { name, port, scheme } = parseProxyTarget('pod', id);
  const { spec, status } = (await pods.get({ namespace, name })).object as DeepReadonly<Pod>;
  const host = status?.podIP ?? '';
  if (!isProxyable(host)) throw StatusError.badRequest('address not allowed');
  const declared = spec.containers.flatMap(({ ports = [] }) => ports.slice(0, 1)).at(0)?.containerPort;
  return { scheme, host, port: port === '' && declared !== undefined ? String(declared) : port };
}

/** The kubelet, unless the request names another port of the node. @throws StatusError as {@link podLocation} */
export async function nodeLocation({ kubelets, nodes }: NodeAccess, { name: id }: RequestInfo): Promise<ProxyLocation> {
  const { name, port, scheme } = parseProxyTarget('node', id);
  const endpoint = kubelets.endpointOf((await nodes.get({ namespace: '', name })).object as DeepReadonly<Node>);
  const addresses = await lookup(endpoint.host, { all: true });
  if (!addresses.every(({ address }) => isProxyable(address))) throw StatusError.badRequest('address not allowed');
  if (port !== '' && port !== String(endpoint.port)) return { scheme, host: endpoint.host, port };
  return { scheme: 'https', host: endpoint.host, port: String(endpoint.port), agent: kubelets.agent };
}

const NOT_PROXYABLE = new BlockList();
NOT_PROXYABLE.addAddress('0.0.0.0');
NOT_PROXYABLE.addAddress('255.255.255.255');
NOT_PROXYABLE.addSubnet('127.0.0.0', 8);
NOT_PROXYABLE.addSubnet('169.254.0.0', 16);
NOT_PROXYABLE.addSubnet('224.0.0.0', 4);
NOT_PROXYABLE.addAddress('::', 'ipv6');
NOT_PROXYABLE.addAddress('::1', 'ipv6');
NOT_PROXYABLE.addSubnet('fe80::', 10, 'ipv6');
NOT_PROXYABLE.addSubnet('ff00::', 8, 'ipv6');

/** Only what Go calls a global unicast address: nobody gets to this machine's own loopback, or to a cloud's metadata, by way of the API. */
export function isProxyable(address: string): boolean {
  return address !== '' && !NOT_PROXYABLE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
