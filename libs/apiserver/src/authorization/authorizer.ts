import type { User } from '../http/api-request';
import type { RequestInfo } from '../request/request-info';

export type Decision =
  | { readonly verdict: 'allow'; readonly reason: string }
  | { readonly verdict: 'deny'; readonly reason: string }
  /** Not this authorizer's to say; the next one is asked. A request nobody allows is forbidden. */
  | { readonly verdict: 'no-opinion'; readonly reason: string };

/** What is to be decided on: the parts of a {@link RequestInfo} that access reviews know too. */
export type AuthorizationAttributes = Pick<
  RequestInfo,
  | 'isResourceRequest'
  | 'path'
  | 'verb'
  | 'apiGroup'
  | 'apiVersion'
  | 'namespace'
  | 'resource'
  | 'subresource'
  | 'name'
  | 'labelSelector'
  | 'fieldSelector'
>;

export interface Authorizer {
  /** Never rejects for want of permission; a rejection means that it could not be decided. */
  authorize(user: User, attributes: AuthorizationAttributes): Promise<Decision> | Decision;
}

/** Asks `authorizers` in order until one allows or denies. */
export function union(authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(user, attributes) {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const decision = await authorizer.authorize(user, attributes);
        if (decision.verdict !== 'no-opinion') return decision;
        if (decision.reason !== '') reasons.push(decision.reason);
      }
      return { verdict: 'no-opinion', reason: reasons.join(', ') };
    },
  };
}
