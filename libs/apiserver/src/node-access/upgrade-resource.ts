import type { IncomingHttpHeaders } from 'node:http';
import { StatusError } from '@keelson/apimachinery';
import { withoutToken } from '../authentication/bearer-token';
import type { Authorizer } from '../authorization/authorizer';
import type { VirtualResource } from '../endpoints/api-endpoint';
import { forbidden } from '../filters/with-authorization';
import type { ApiRequest, ApiResponse, UpgradeRequest } from '../http/api-request';
import { isUpgrade } from '../http/upgrade';

/** What a kubelet has to see to take the upgrade; nothing else of the client's is its business, least of all credentials. */
const UPGRADE_HEADERS = [
  'connection',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'x-stream-protocol-version',
];

/** A subresource that hands its connection over. A GET needs the right to create, too: it starts something (KEP-4006). */
export function upgradeResource(authorizer: Authorizer, serve: (request: UpgradeRequest) => Promise<void>): VirtualResource {
  const connect = async (request: ApiRequest): Promise<ApiResponse> => {
    if (!isUpgrade(request)) throw StatusError.badRequest('Upgrade request required');
    await serve(request);
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

/** Those of the client's headers that its kubelet gets. */
export function upgradeHeaders({ headers }: ApiRequest): IncomingHttpHeaders {
  const known = withoutToken(headers);
  return Object.fromEntries(
    UPGRADE_HEADERS.flatMap((name) => (known[name] === undefined ? [] : [[name, [known[name]].flat().join(', ')]])),
  );
}
