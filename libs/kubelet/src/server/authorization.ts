import type { Clock } from '@keelson/apimachinery';
import { subjectaccessreviews, type ResourceAttributes } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { RequestUser } from './authentication';
import { ReviewCache } from './review-cache';

export interface AuthorizationOptions {
  readonly mode: 'AlwaysAllow' | 'Webhook';
  readonly authorizedMilliseconds: number;
  readonly unauthorizedMilliseconds: number;
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
  readonly #client: ApiClient;
  readonly #options: AuthorizationOptions;
  readonly #reviews: ReviewCache<boolean>;

  constructor(client: ApiClient, clock: Clock, options: AuthorizationOptions) {
    this.#client = client;
    this.#options = options;
    this.#reviews = new ReviewCache(clock);
  }

  /** @returns undefined if it is allowed, else the sentence that says what is not @throws StatusError, TransportError if it can't be known */
  async refusal(user: RequestUser, method: string, path: string): Promise<string | undefined> {
    if (this.#options.mode === 'AlwaysAllow') return undefined;
    const verb = VERBS[method] ?? '';
    const subresources = nodeSubresources(path);
    for (const subresource of subresources) if (await this.#isAllowed(user, verb, subresource)) return undefined;
    const resources = subresources.map((subresource) => `"nodes/${subresource}"`).join(', ');
    return `Forbidden (user=${user.name}, verb=${verb}, resource=nodes, subresource(s)=[${resources.replaceAll(/"nodes\/|"/g, '')}])\n`;
  }

  #isAllowed(user: RequestUser, verb: string, subresource: string): Promise<boolean> {
    const { authorizedMilliseconds, unauthorizedMilliseconds, nodeName } = this.#options;
    const attributes = { verb, version: 'v1', resource: 'nodes', subresource, name: nodeName };
    return this.#reviews.get(JSON.stringify([user, verb, subresource]), async () => {
      const value = await this.#review(user, attributes);
      return { value, milliseconds: value ? authorizedMilliseconds : unauthorizedMilliseconds };
    });
  }

  async #review({ name, uid, groups, extra }: RequestUser, resourceAttributes: ResourceAttributes): Promise<boolean> {
    const spec = {
      user: name,
      groups: [...groups],
      ...(uid === undefined ? {} : { uid }),
      ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
      resourceAttributes,
    };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec };
    const { status } = await this.#client.resource(subjectaccessreviews).create(review);
    return status?.allowed === true;
  }
}
