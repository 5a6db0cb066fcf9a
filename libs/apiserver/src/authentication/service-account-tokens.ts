import { createPrivateKey, createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { StatusError, type Clock, type DeepReadonly, type KubernetesObject, type ObjectName } from '@keelson/apimachinery';
import { decodeJwt, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { User } from '../http/api-request';
import type { TokenAuthenticator } from './bearer-token';

/** After this many seconds of a pod's or account's deletion its tokens still work, so that what is ending can end well; as upstream. */
const DELETION_LEEWAY_SECONDS = 60;
/** Verified tokens that are remembered, so that a client's signature is not checked on each of its requests. */
const REMEMBERED = 4096;

export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** What a token says beside the registered claims, under `kubernetes.io`. */
interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: BoundObject;
  readonly pod?: BoundObject;
  readonly node?: BoundObject;
  readonly secret?: BoundObject;
  readonly warnafter?: number;
}

export interface SigningKey {
  /** PEM of an RSA or EC private key. */
  readonly privateKey: string;
  readonly keyId: string;
}

export interface TokenSubject {
  readonly namespace: string;
  readonly account: BoundObject;
  readonly pod?: BoundObject | undefined;
  readonly node?: BoundObject | undefined;
  readonly secret?: BoundObject | undefined;
}

/** Signs service-account tokens (KEP-1205): bound to audiences, to a lifetime, and to an object that must still be there. */
export class TokenIssuer {
  readonly #key: KeyObject;
  readonly #keyId: string;
  readonly #issuer: string;
  readonly #clock: Clock;

  constructor(options: { readonly key: SigningKey; readonly issuer: string; readonly clock: Clock }) {
    this.#key = createPrivateKey(options.key.privateKey);
    this.#keyId = options.key.keyId;
    this.#issuer = options.issuer;
    this.#clock = options.clock;
  }

  /** @returns the token, and when it was made, in milliseconds since the epoch */
  async issue(
    subject: TokenSubject,
    audiences: readonly string[],
    { seconds, warnAfterSeconds }: { readonly seconds: number; readonly warnAfterSeconds?: number | undefined },
  ): Promise<{ token: string; issued: number }> {
    const now = Math.floor(this.#clock.now() / 1000);
    const { account, namespace, node, pod, secret } = subject;
    const bound = {
      ...(pod === undefined ? {} : { pod }),
      ...(node === undefined ? {} : { node }),
      ...(secret === undefined ? {} : { secret }),
    };
    const warning = warnAfterSeconds === undefined ? {} : { warnafter: now + warnAfterSeconds };
    const claims: KubernetesClaims = { namespace, serviceaccount: account, ...bound, ...warning };
    const token = await new SignJWT({ 'kubernetes.io': claims })
      .setProtectedHeader({ alg: algorithmOf(this.#key), kid: this.#keyId })
      .setAudience([...audiences])
      .setIssuer(this.#issuer)
      .setSubject(`system:serviceaccount:${namespace}:${account.name}`)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + seconds)
      .setJti(randomUUID())
      .sign(this.#key);
    return { token, issued: now * 1000 };
  }
}

export function algorithmOf(key: KeyObject): 'RS256' | 'ES256' {
  return key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
}

/** Finds the objects that tokens are bound to, in the server's own caches. */
export type BoundObjectLookup = (
  resource: 'serviceaccounts' | 'pods' | 'nodes' | 'secrets',
  name: ObjectName,
) => DeepReadonly<KubernetesObject> | undefined;

export interface TokenVerifierOptions {
  /** PEM of public (or private) keys; a token signed by any of them is good. */
  readonly keys: readonly string[];
  readonly issuers: readonly string[];
  /** A token must be meant for one of these. */
  readonly audiences: readonly string[];
  readonly lookup: BoundObjectLookup;
  readonly clock: Clock;
}

/** Verifies service-account tokens, and that what they are bound to is still there. */
export class ServiceAccountTokens implements TokenAuthenticator {
  readonly #options: TokenVerifierOptions;
  readonly #keys: readonly KeyObject[];
  /** By token; its signature and issuer are good, all else is checked at each use. Oldest first. */
  readonly #verified = new Map<string, JWTPayload>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#keys = options.keys.map((pem) => createPublicKey(pem));
  }

  authenticateToken(token: string): Promise<User | undefined> {
    return this.authenticateFor(token, this.#options.audiences).then((result) => result?.user);
  }

  /** As {@link authenticateToken} for the audiences of a TokenReview. @returns also those of them that the token is meant for */
  async authenticateFor(token: string, audiences: readonly string[]): Promise<{ user: User; audiences: readonly string[] } | undefined> {
    if (!this.#isOurs(token)) return undefined;
    const claims = this.#verified.get(token) ?? (await this.#verify(token));
    const meantFor = [claims.aud ?? []].flat().filter((audience) => audiences.includes(audience));
    const now = this.#options.clock.now() / 1000;
    const details = claims['kubernetes.io'] as KubernetesClaims | undefined;
    if (details === undefined || meantFor.length === 0 || now >= (claims.exp ?? Infinity) || now < (claims.nbf ?? 0))
      throw StatusError.unauthorized();
    this.#checkBound(details);
    return { user: userOf(details, claims.jti), audiences: meantFor };
  }

  #isOurs(token: string): boolean {
    try {
      return this.#options.issuers.includes(decodeJwt(token).iss ?? '');
    } catch {
      return false;
    }
  }

  async #verify(token: string): Promise<JWTPayload> {
    for (const key of this.#keys) {
      // The lifetime is checked at each use, on the injected clock.
      const claims = await jwtVerify(token, key, { algorithms: [algorithmOf(key)], currentDate: new Date(0) }).then(
        ({ payload }) => payload,
        (error: unknown) => (isAboutTime(error) ? decodeJwt(token) : undefined),
      );
      if (claims === undefined) continue;
      this.#remember(token, claims);
      return claims;
    }
    throw StatusError.unauthorized();
  }

  #remember(token: string, claims: JWTPayload): void {
    this.#verified.set(token, claims);
    if (this.#verified.size > REMEMBERED) for (const oldest of this.#verified.keys()) return void this.#verified.delete(oldest);
  }

  #checkBound({ namespace, node, pod, secret, serviceaccount }: KubernetesClaims): void {
    this.#check('serviceaccounts', { namespace, name: serviceaccount.name }, serviceaccount.uid);
    if (pod !== undefined) this.#check('pods', { namespace, name: pod.name }, pod.uid);
    if (secret !== undefined) this.#check('secrets', { namespace, name: secret.name }, secret.uid);
    // A node named beside a pod only says where the pod ran.
    if (node !== undefined && pod === undefined) this.#check('nodes', { name: node.name }, node.uid);
  }

  #check(resource: Parameters<BoundObjectLookup>[0], name: ObjectName, uid: string): void {
    const object = this.#options.lookup(resource, name);
    const deleted = object?.metadata.deletionTimestamp;
    const isGone = deleted !== undefined && this.#options.clock.now() > Date.parse(deleted) + DELETION_LEEWAY_SECONDS * 1000;
    if (object?.metadata.uid !== uid || isGone) throw StatusError.unauthorized();
  }
}

/** jose checks the signature before the lifetime, so an error about the latter says that the former is good. */
function isAboutTime(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_JWT_EXPIRED' || (error.code === 'ERR_JWT_CLAIM_VALIDATION_FAILED' && 'claim' in error && error.claim === 'nbf'))
  );
}

function userOf({ namespace, node, pod, serviceaccount }: KubernetesClaims, jti: string | undefined): User {
  const PREFIX = 'authentication.kubernetes.io';
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: {
      ...(jti === undefined ? {} : { [`${PREFIX}/credential-id`]: [`JTI=${jti}`] }),
      ...(node === undefined ? {} : { [`${PREFIX}/node-name`]: [node.name], [`${PREFIX}/node-uid`]: [node.uid] }),
      ...(pod === undefined ? {} : { [`${PREFIX}/pod-name`]: [pod.name], [`${PREFIX}/pod-uid`]: [pod.uid] }),
    },
  };
}
