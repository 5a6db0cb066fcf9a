import { formatTime, StatusError, type Clock } from '@keelson/apimachinery';
import type { TokenReview, TokenReviewStatus } from '@keelson/api';
import type { TokenAuthenticator } from '../authentication/bearer-token';
import type { ServiceAccountTokens } from '../authentication/service-account-tokens';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { BodyDecoder } from '../endpoints/body-decoder';
import { jsonResponse } from '../endpoints/resource-handlers';
import type { User } from '../http/api-request';
import { readUnstored } from '../subresources/create-body';

const GROUP = { group: 'authentication.k8s.io', version: 'v1' };

export interface TokenReviewDeps {
  readonly decoder: BodyDecoder;
  readonly serviceAccountTokens: ServiceAccountTokens;
  readonly others: readonly TokenAuthenticator[];
  readonly audiences: readonly string[];
}

/** `tokenreviews`: whose token is this? A token that is not valid is no error: the review says so. */
export function tokenReviews(deps: TokenReviewDeps): VirtualResource {
  return {
    create: async (request) => {
      const review = await readUnstored<TokenReview>(request, deps.decoder, { ...GROUP, kind: 'TokenReview' });
      // The schema does not want it.
      const token = (review.spec as Partial<TokenReview['spec']>).token ?? '';
      const audiences = review.spec.audiences ?? [];
      if (token === '') throw StatusError.badRequest('token is required for TokenReview in authentication');
      const status = await reviewToken(deps, token, audiences);
      return jsonResponse(201, {
        ...review,
        kind: 'TokenReview',
        apiVersion: 'authentication.k8s.io/v1',
        status,
      });
    },
  };
}

const NOT_VALID: TokenReviewStatus = { user: {}, error: 'invalid bearer token' };

async function reviewToken(deps: TokenReviewDeps, token: string, wanted: readonly string[]): Promise<TokenReviewStatus> {
  const audiences = wanted.length > 0 ? wanted : deps.audiences;
  try {
    const account = await deps.serviceAccountTokens.authenticateFor(token, audiences);
    if (account !== undefined) return { authenticated: true, user: userInfo(account.user), audiences: [...account.audiences] };
    for (const authenticator of deps.others) {
      const user = await authenticator.authenticateToken(token);
      // Such tokens are for this server, and so for whoever means it.
      const both = audiences.filter((audience) => deps.audiences.includes(audience));
      if (user !== undefined && both.length > 0) return { authenticated: true, user: userInfo(user), audiences: both };
    }
    return NOT_VALID;
  } catch (error) {
    if (!StatusError.is(error, 'Unauthorized')) throw error;
    return NOT_VALID;
  }
}

/** `selfsubjectreviews`: who am I? What `kubectl auth whoami` asks. */
export function selfSubjectReviews(clock: Clock): VirtualResource {
  return {
    create: ({ user }) =>
      Promise.resolve(
        jsonResponse(201, {
          kind: 'SelfSubjectReview',
          apiVersion: 'authentication.k8s.io/v1',
          metadata: { creationTimestamp: formatTime(clock.now()) },
          status: { userInfo: userInfo(user) },
        }),
      ),
  };
}

function userInfo({ extra, groups, name, uid }: User): {
  username: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
} {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
  };
}
