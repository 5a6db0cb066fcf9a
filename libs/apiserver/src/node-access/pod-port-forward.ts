import { acceptTunnel, isTunnelUpgrade, STREAM_PROTOCOL_VERSION } from '@keelson/streaming';
import type { Authorizer } from '../authorization/authorizer';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { UpgradeRequest } from '../http/api-request';
import { joinDuplexes, joinUpgraded, type UpgradedConnection } from '../http/upgrade';
import { kubeletOf, podTarget, type NodeAccess } from './pod-target';
import { upgradeHeaders, upgradeResource } from './upgrade-resource';

/** How SPDY is asked for on behalf of a client that speaks it in a WebSocket. */
const SPDY_HEADERS = { connection: 'Upgrade', upgrade: 'SPDY/3.1', [STREAM_PROTOCOL_VERSION]: 'portforward.k8s.io' };

/**
 * `pods/portforward`: the client's connection joined to the kubelet's. What goes through a WebSocket tunnel is taken out of it for a kubelet
 * that speaks SPDY only (before v1.36).
 */
export function portForwardSubresource(access: NodeAccess, authorizer: Authorizer): VirtualResource {
  return upgradeResource(authorizer, async (request) => {
    const target = await podTarget(access, request);
    const { endpoint, takesWebSockets } = kubeletOf(target);
    const ports = new URLSearchParams(request.query.getAll('ports').map((port): [string, string] => ['port', port])).toString();
    const path = `/portForward/${target.path}${ports === '' ? '' : `?${ports}`}`;
    if (takesWebSockets || !isTunnelUpgrade(request.headers))
      joinUpgraded(request, await access.kubelets.upgrade(endpoint, path, upgradeHeaders(request)));
    else await joinTunnel(request, await access.kubelets.upgrade(endpoint, path, SPDY_HEADERS));
  });
}

async function joinTunnel(request: UpgradeRequest, kubelet: UpgradedConnection): Promise<void> {
  try {
    const tunnel = await acceptTunnel(request);
    if (kubelet.head.length > 0) tunnel.write(kubelet.head);
    joinDuplexes(tunnel, kubelet.socket);
  } catch (error) {
    kubelet.socket.destroy();
    throw error;
  }
}
