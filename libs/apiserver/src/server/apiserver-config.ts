import type { SigningKey } from '../authentication/service-account-tokens';
import type { StaticToken } from '../authentication/bearer-token';
import type { TlsPolicyOptions } from '@keelson/component-base';
import type { ServingCertificate } from '../http/api-server';

/** What an apiserver is told; flags and files are read before. */
export interface ApiserverConfig {
  /** Undefined: no port is ever taken, only connections from within the process. */
  readonly serving: ServingCertificate | undefined;
  /** TLS 1.2 and newer with the usual suites if absent. */
  readonly tls?: TlsPolicyOptions | undefined;
  /** PEM; undefined: client certificates are not asked for. */
  readonly clientCertificateAuthority?: string | undefined;
  /** The address other members of the cluster reach this server at; it goes into the endpoints of the `kubernetes` Service. */
  readonly advertiseAddress: string;
  readonly advertisePort: number;
  readonly anonymousAuth: boolean;
  readonly serviceAccounts: {
    /** The first issuer signs; tokens of all of them are taken. */
    readonly issuers: readonly string[];
    readonly signingKey: SigningKey;
    /** PEM of every key whose tokens are taken. */
    readonly verificationKeys: readonly string[];
    readonly audiences: readonly string[];
    /** How long a token is valid at most, in seconds; 0, as if absent, for no bound. */
    readonly maxTokenSeconds?: number;
    /** Whether the tokens that admission gives to pods work for a year; they do if absent. */
    readonly extendTokenExpiration?: boolean;
  };
  /** Tokens known from the start; never logged. */
  readonly staticTokens: readonly StaticToken[];
  readonly authorizationModes: readonly ('Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny')[];
  /** Whether pods may have privileged containers. */
  readonly allowPrivileged: boolean;
  readonly serviceClusterIpRange: string;
  readonly serviceNodePortRange: { readonly first: number; readonly last: number };
  /** How this server shows itself to kubelets; undefined: exec, logs and the like are refused. */
  readonly kubeletClient?:
    { readonly certificate: string; readonly key: string; readonly certificateAuthority?: string | undefined } | undefined;
  /** How long Events are kept; 0 for ever, an hour if absent. */
  readonly eventSeconds?: number;
  readonly requestTimeoutMilliseconds: number;
  readonly minRequestTimeoutSeconds: number;
  readonly maxRequestsInFlight: number;
  readonly maxMutatingRequestsInFlight: number;
  /** How long pods stay on nodes that are not ready or not reachable, if they do not say. */
  readonly defaultNotReadyTolerationSeconds: number;
  readonly defaultUnreachableTolerationSeconds: number;
  readonly enableAdmissionPlugins: readonly string[];
  readonly disableAdmissionPlugins: readonly string[];
}
