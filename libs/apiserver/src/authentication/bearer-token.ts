import { createHash, timingSafeEqual } from 'node:crypto';
import { StatusError } from '@keelson/apimachinery';
import type { ApiRequest, User } from '../http/api-request';
import type { Authenticator } from './authenticator';
import { withAuthenticated } from './client-certificate';

/** Knows some tokens; asked in order until one does. */
export interface TokenAuthenticator {
  /** @returns undefined for a token of another kind @throws StatusError Unauthorized for one of its own kind that is not valid */
  authenticateToken(token: string): Promise<User | undefined>;
}

const WEBSOCKET_TOKEN = 'base64url.bearer.authorization.k8s.io.';

/** Takes the user from `Authorization: Bearer`, or from the WebSocket subprotocol that stands in for it in browsers. */
export function bearerTokenAuthenticator(authenticators: readonly TokenAuthenticator[]): Authenticator {
  return {
    async authenticate(request) {
      const token = tokenOf(request);
      if (token === undefined) return undefined;
      for (const authenticator of authenticators) {
        const user = await authenticator.authenticateToken(token);
        if (user !== undefined) return user;
      }
      throw StatusError.unauthorized();
    },
  };
}

function tokenOf({ headers }: Pick<ApiRequest, 'headers'>): string | undefined {
  const { authorization } = headers;
  if (typeof authorization === 'string') return /^bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
  const protocols = [headers['sec-websocket-protocol'] ?? []].flat().flatMap((value) => value.split(','));
  const encoded = protocols.map((protocol) => protocol.trim()).find((protocol) => protocol.startsWith(WEBSOCKET_TOKEN));
  return encoded === undefined ? undefined : Buffer.from(encoded.slice(WEBSOCKET_TOKEN.length), 'base64url').toString('utf8');
}

/** The headers for another server, which the client has not given its token to. */
export function withoutToken({ authorization: _, ...headers }: ApiRequest['headers']): ApiRequest['headers'] {
  const { 'sec-websocket-protocol': offered, ...others } = headers;
  if (offered === undefined) return headers;
  const protocols = [offered].flat().flatMap((value) => value.split(',').map((protocol) => protocol.trim()));
  return { ...others, 'sec-websocket-protocol': protocols.filter((protocol) => !protocol.startsWith(WEBSOCKET_TOKEN)).join(', ') };
}

export interface StaticToken {
  readonly token: string;
  readonly user: User;
}

/** Tokens that are known when the server starts: `--token-auth-file`, and those of daemons in the server's own process. */
export class StaticTokens implements TokenAuthenticator {
  /** Digests, so that comparing takes the same time for every token. */
  readonly #users: readonly { readonly digest: Buffer; readonly user: User }[];

  constructor(tokens: readonly StaticToken[]) {
    this.#users = tokens.map(({ token, user }) => ({ digest: digestOf(token), user: { ...user, groups: withAuthenticated(user.groups) } }));
  }

  authenticateToken(token: string): Promise<User | undefined> {
    const digest = digestOf(token);
    let found: User | undefined;
    for (const entry of this.#users) if (timingSafeEqual(entry.digest, digest)) found = entry.user;
    return Promise.resolve(found);
  }
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
