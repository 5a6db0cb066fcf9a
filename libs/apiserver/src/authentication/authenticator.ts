import type { ApiRequest, User } from '../http/api-request';

/** Finds out who sent a request. */
export interface Authenticator {
  /**
   * @returns the user, or undefined if the request carries no credentials of this authenticator's kind
   * @throws StatusError Unauthorized if it carries some and they are not valid
   */
  authenticate(request: Omit<ApiRequest, 'user'>): Promise<User | undefined>;
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The first of `authenticators` that knows the request's credentials says who it is. */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(request) {
      for (const authenticator of authenticators) {
        const user = await authenticator.authenticate(request);
        if (user !== undefined) return user;
      }
      return undefined;
    },
  };
}
