import type { IncomingMessage } from 'node:http';
import type { Clock } from '@keelson/apimachinery';
import { tokenreviews, type TokenReview } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import { ANONYMOUS, certificateUser, fromUserInfo, isBadlyCertified, type RequestUser } from './request-user';
import { ReviewCache } from './review-cache';
import { beforeDeadline } from './review-deadline';

export interface AuthenticationOptions {
  readonly anonymous: boolean;
  /** Asks the apiserver about bearer tokens; undefined if tokens say nothing here. */
  readonly tokenReviews: ApiClient | undefined;
  readonly cacheMilliseconds: number;
  readonly clock: Clock;
}

/**
 * Who sends a request: a client certificate that the server takes, a bearer token that the apiserver knows, or nobody. A credential that proves
 * wrong is refused, not taken for none; upstream: k8s.io/apiserver/pkg/authentication/authenticatorfactory.
 */
export class RequestAuthenticator {
  readonly #options: AuthenticationOptions;
  readonly #reviews: ReviewCache<RequestUser | undefined>;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
    this.#reviews = new ReviewCache(options.clock);
  }

  /** @returns undefined if the request may not even be anonymous @throws StatusError, TransportError if a token can't be reviewed */
  async authenticate(request: IncomingMessage): Promise<RequestUser | undefined> {
    const certified = certificateUser(request.socket);
    if (certified !== undefined) return certified;
    const { anonymous, tokenReviews } = this.#options;
    const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && tokenReviews !== undefined) return this.#reviewed(tokenReviews, token);
    return anonymous && !isBadlyCertified(request.socket) ? ANONYMOUS : undefined;
  }

  #reviewed(client: ApiClient, token: string): Promise<RequestUser | undefined> {
    const { cacheMilliseconds: milliseconds, clock } = this.#options;
    return this.#reviews.get(token, async () => ({
      value: await beforeDeadline(clock, (signal) => review(client, token, signal)),
      milliseconds,
    }));
  }
}

async function review(client: ApiClient, token: string, signal: AbortSignal): Promise<RequestUser | undefined> {
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token } };
  const { status }: TokenReview = await client.resource(tokenreviews).create(asked, { signal });
  return status?.authenticated === true && status.user !== undefined ? fromUserInfo(status.user) : undefined;
}
