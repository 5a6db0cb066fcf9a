import { StatusError } from '@keelson/apimachinery';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { ApiRequest, Handler } from '../http/api-request';
import type { RequestInfo } from '../request/request-info';
import type { ProxyLocation } from './proxy-location';
import { proxyTo } from './reverse-proxy';

/** The path of a proxy subresource, and what follows it. */
const PROXY_PATH = /^(\/api\/v1\/(?:namespaces\/[^/]+\/)?[a-z]+\/[^/]+\/proxy)(\/.*)?$/s;

/** `proxy` of pods, services and nodes: any method and any path, wherever `locate` says. */
export function proxySubresource(locate: (info: RequestInfo) => Promise<ProxyLocation>): VirtualResource {
  const proxy: Handler = async (request) => {
    const { path, prefix } = splitPath(request);
    return proxyTo({ request, location: await locate(request.info), prefix, path });
  };
  // The empty verb is that of OPTIONS.
  return { get: proxy, create: proxy, update: proxy, patch: proxy, delete: proxy, '': proxy };
}

function splitPath({ path }: ApiRequest): { prefix: string; path: string } {
  const [, prefix, rest = ''] = PROXY_PATH.exec(path) ?? [];
  if (prefix === undefined) throw StatusError.badRequest(`the path ${JSON.stringify(path)} is not that of a proxy`);
  return { prefix, path: rest };
}
