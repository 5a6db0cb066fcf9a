import { StatusError } from '@keelson/apimachinery';
import type { Authorizer } from '../authorization/authorizer';
import type { VirtualResource } from '../endpoints/api-endpoint';
import { forbidden } from '../filters/with-authorization';
import type { ApiRequest, ApiResponse, UpgradeRequest } from '../http/api-request';
import type { UpgradedConnection } from './kubelet-client';
import { podTarget, type NodeAccess, type PodTarget } from './pod-target';

/** The API's names for the streams, and the kubelet's. */
const STREAMS = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' };
/** What a kubelet has to see to take the upgrade; nothing else of the client's is its business, least of all credentials. */
const UPGRADE_HEADERS = ['connection', 'upgrade', 'sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol'];

/**
 * `pods/exec` and `pods/attach`: the client's WebSocket connection joined to the kubelet's, whose bytes nobody here looks into. A GET
 * needs the right to create, too: it starts something (KEP-4006).
 * @param verb the first part of the kubelet's path
 */
export function streamSubresource(access: NodeAccess, authorizer: Authorizer, verb: 'exec' | 'attach'): VirtualResource {
  const connect = async (request: ApiRequest): Promise<ApiResponse> => {
    if (!isUpgrade(request)) throw StatusError.badRequest('Upgrade request required');
    const target = await podTarget(access, request);
    const endpoint = endpointOf(target, verb);
    const path = `/${verb}/${target.path}?${kubeletQuery(request.query).toString()}`;
    const headers = Object.fromEntries(UPGRADE_HEADERS.map((name) => [name, request.headers[name] as string | undefined]));
    join(request, await access.kubelets.upgrade(endpoint, path, definedOf(headers)));
    return { upgraded: true };
  };
  return {
    create: connect,
    get: async (request) => {
      const attributes = { ...request.info, verb: 'create' };
      const { reason, verdict } = await authorizer.authorize(request.user, attributes);
      if (verdict !== 'allow') throw forbidden(request.user, attributes, reason);
      return connect(request);
    },
  };
}

function isUpgrade(request: ApiRequest): request is UpgradeRequest {
  return 'socket' in request;
}

function endpointOf({ endpoint, pod }: PodTarget, verb: string): NonNullable<PodTarget['endpoint']> {
  const phase = pod.status?.phase;
  if (verb === 'exec' && (phase === 'Succeeded' || phase === 'Failed'))
    throw StatusError.badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  if (endpoint === undefined) throw StatusError.badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  return endpoint;
}

function kubeletQuery(query: URLSearchParams): URLSearchParams {
  const wanted = Object.entries(STREAMS).filter(([name]) => query.get(name) === 'true' || query.get(name) === '1');
  const result = new URLSearchParams(wanted.map(([, name]): [string, string] => [name, '1']));
  for (const word of query.getAll('command')) result.append('command', word);
  return result;
}

function definedOf(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** From here on each side gets what the other one sends; when one is gone, so is the other. */
function join({ head, socket: client }: UpgradeRequest, kubelet: UpgradedConnection): void {
  const lines = kubelet.headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${kubelet.headers[index + 1] ?? ''}\r\n`] : []));
  client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
  if (kubelet.head.length > 0) client.write(kubelet.head);
  if (head.length > 0) kubelet.socket.write(head);
  const pairs = [
    [client, kubelet.socket],
    [kubelet.socket, client],
  ] as const;
  for (const [from, to] of pairs) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
