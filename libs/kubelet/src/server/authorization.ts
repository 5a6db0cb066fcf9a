import type { AccessReviewer, RequestUser } from '@keelson/controller-runtime';

export interface AuthorizationOptions {
  /** Whom to ask; undefined if everything is allowed, mode AlwaysAllow. */
  readonly reviewer: AccessReviewer | undefined;
  readonly nodeName: string;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/**
 * What of the node a path asks for, the finest first; access to `nodes/proxy` is access to all of it
 * (upstream: pkg/kubelet/server/auth.go, KEP-2862).
 */
function nodeSubresources(path: string): readonly string[] {
  const at = (prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
  if (at('/stats')) return ['stats'];
  if (at('/metrics')) return ['metrics'];
  if (at('/logs')) return ['log'];
  if (at('/spec')) return ['spec'];
  if (at('/healthz')) return ['healthz', 'proxy'];
  if (at('/configz')) return ['configz', 'proxy'];
  if (at('/pods') || at('/runningpods')) return ['pods', 'proxy'];
  return ['proxy'];
}

/** Asks the apiserver whether a user may do something to this node. */
export class RequestAuthorizer {
  readonly #options: AuthorizationOptions;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /** @returns undefined if it is allowed, else the sentence that says what is not @throws StatusError, TransportError if it can't be known */
  async refusal(user: RequestUser, method: string, path: string): Promise<string | undefined> {
    const { reviewer, nodeName: name } = this.#options;
    if (reviewer === undefined) return undefined;
    const verb = VERBS[method] ?? '';
    const subresources = nodeSubresources(path);
    for (const subresource of subresources) {
      const resourceAttributes = { verb, version: 'v1', resource: 'nodes', subresource, name };
      if ((await reviewer.review(user, { resourceAttributes })).allowed) return undefined;
    }
    return `Forbidden (user=${user.name}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(', ')}])\n`;
  }
}
