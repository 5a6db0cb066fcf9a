import type { Clock } from '@keelson/apimachinery';
import { serviceaccounts, type TokenRequest } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';

/** A token is renewed after this part of its life, or after a day if that is sooner (upstream: pkg/kubelet/token). */
const RENEWED_AFTER = 0.8;
const MAX_AGE_MILLISECONDS = 24 * 3600 * 1000;
const DEFAULT_EXPIRATION_SECONDS = 3600;

interface Token {
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface TokenSource {
  readonly audience?: string;
  readonly expirationSeconds?: number;
}

/** Tokens of pods' service accounts, bound to the pod, asked for once and again before they expire. */
export class ServiceAccountTokens {
  readonly #client: ApiClient;
  readonly #clock: Clock;
  /** By pod uid, then by audience and length of life. */
  readonly #tokens = new Map<string, Map<string, Token>>();

  constructor(client: ApiClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** A token that is still good; an old one that has not expired if a new one can't be had. @throws StatusError, TransportError */
  async token(pod: ReadonlyPod, { audience = '', expirationSeconds = DEFAULT_EXPIRATION_SECONDS }: TokenSource): Promise<string> {
    const { uid } = pod.metadata;
    const key = `${audience} ${expirationSeconds}`;
    const present = this.#tokens.get(uid)?.get(key);
    if (present !== undefined && !this.#isDue(present)) return present.token;
    try {
      const token = await this.#request(pod, { audience, expirationSeconds });
      const ofPod = this.#tokens.get(uid) ?? new Map<string, Token>();
      this.#tokens.set(uid, ofPod.set(key, token));
      return token.token;
    } catch (error) {
      if (present !== undefined && present.expiresAt > this.#clock.now()) return present.token;
      throw error;
    }
  }

  forget(podUid: string): void {
    this.#tokens.delete(podUid);
  }

  #isDue({ issuedAt, expiresAt }: Token): boolean {
    const age = this.#clock.now() - issuedAt;
    return age >= (expiresAt - issuedAt) * RENEWED_AFTER || age >= MAX_AGE_MILLISECONDS;
  }

  async #request(pod: ReadonlyPod, { audience, expirationSeconds }: Required<TokenSource>): Promise<Token> {
    const account = { namespace: namespaceOf(pod), name: pod.spec.serviceAccountName ?? 'default' };
    const spec = {
      ...(audience === '' ? {} : { audiences: [audience] }),
      expirationSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
    };
    const issuedAt = this.#clock.now();
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const { status } = await this.#client.resource(serviceaccounts).createSubresource<TokenRequest>(account, 'token', body);
    const expiresAt =
      status?.expirationTimestamp === undefined ? issuedAt + expirationSeconds * 1000 : Date.parse(status.expirationTimestamp);
    return { token: status?.token ?? '', issuedAt, expiresAt };
  }
}
