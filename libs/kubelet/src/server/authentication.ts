import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '@keelson/apimachinery';
import { tokenreviews, type TokenReview, type UserInfo } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import { ReviewCache } from './review-cache';

export interface RequestUser {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface AuthenticationOptions {
  readonly anonymous: boolean;
  /** Asks the apiserver about bearer tokens. */
  readonly webhook: boolean;
  readonly cacheMilliseconds: number;
}

/** Who sends a request: a client certificate of the kubelet's client CA, a bearer token that the apiserver knows, or nobody. */
export class RequestAuthenticator {
  readonly #client: ApiClient;
  readonly #options: AuthenticationOptions;
  readonly #reviews: ReviewCache<RequestUser | undefined>;

  constructor(client: ApiClient, clock: Clock, options: AuthenticationOptions) {
    this.#client = client;
    this.#options = options;
    this.#reviews = new ReviewCache(clock);
  }

  /** @returns undefined if the request may not even be anonymous @throws StatusError, TransportError if a token can't be reviewed */
  async authenticate(request: IncomingMessage): Promise<RequestUser | undefined> {
    const certified = certificateUser(request.socket);
    if (certified !== undefined) return certified;
    const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) return this.#options.webhook ? this.#reviewed(token) : undefined;
    return this.#options.anonymous ? { name: 'system:anonymous', groups: ['system:unauthenticated'] } : undefined;
  }

  #reviewed(token: string): Promise<RequestUser | undefined> {
    return this.#reviews.get(token, async () => ({ value: await this.#review(token), milliseconds: this.#options.cacheMilliseconds }));
  }

  async #review(token: string): Promise<RequestUser | undefined> {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token } };
    const { status }: TokenReview = await this.#client.resource(tokenreviews).create(review);
    return status?.authenticated === true && status.user !== undefined ? fromUserInfo(status.user) : undefined;
  }
}

function certificateUser(socket: Socket): RequestUser | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string; O?: string | string[] } };
  if (subject?.CN === undefined) return undefined;
  const organizations = subject.O === undefined ? [] : [subject.O].flat();
  return { name: subject.CN, groups: [...organizations, 'system:authenticated'] };
}

function fromUserInfo({ username = '', uid, groups = [], extra }: UserInfo): RequestUser {
  return { name: username, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) };
}
