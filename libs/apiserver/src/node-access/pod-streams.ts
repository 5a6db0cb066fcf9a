import { StatusError } from '@keelson/apimachinery';
import type { Authorizer } from '../authorization/authorizer';
import type { VirtualResource } from '../endpoints/api-endpoint';
import { joinUpgraded } from '../http/upgrade';
import { containerTarget, kubeletOf, type NodeAccess, type PodTarget } from './pod-target';
import { upgradeHeaders, upgradeResource } from './upgrade-resource';

/** The API's names for the streams, and the kubelet's. */
const STREAMS = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' };

/**
 * `pods/exec` and `pods/attach`: the client's connection, WebSocket or SPDY, joined to the kubelet's, whose bytes nobody here looks into.
 * A GET needs the right to create, too: it starts something (KEP-4006).
 * @param verb the first part of the kubelet's path
 */
export function streamSubresource(access: NodeAccess, authorizer: Authorizer, verb: 'exec' | 'attach'): VirtualResource {
  return upgradeResource(authorizer, async (request) => {
    const target = await containerTarget(access, request);
    refuseCompleted(target, verb);
    const { endpoint } = kubeletOf(target);
    const path = `/${verb}/${target.path}?${kubeletQuery(request.query).toString()}`;
    joinUpgraded(request, await access.kubelets.upgrade(endpoint, path, upgradeHeaders(request)));
  });
}

function refuseCompleted({ pod }: PodTarget, verb: string): void {
  const phase = pod.status?.phase;
  if (verb === 'exec' && (phase === 'Succeeded' || phase === 'Failed'))
    throw StatusError.badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
}

function kubeletQuery(query: URLSearchParams): URLSearchParams {
  const wanted = Object.entries(STREAMS).filter(([name]) => query.get(name) === 'true' || query.get(name) === '1');
  const result = new URLSearchParams(wanted.map(([, name]): [string, string] => [name, '1']));
  for (const word of query.getAll('command')) result.append('command', word);
  return result;
}
