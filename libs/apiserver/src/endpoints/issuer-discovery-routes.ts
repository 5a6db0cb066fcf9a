import { createPublicKey } from 'node:crypto';
import { serviceAccountKeyId } from '@keelson/pki';
import { algorithmOf } from '../authentication/service-account-tokens';
import type { ApiResponse } from '../http/api-request';
import type { NonResourceRoute } from './non-resource-routes';

const JWKS_PATH = '/openid/v1/jwks';

export interface IssuerDiscovery {
  readonly issuer: string;
  /** PEM. */
  readonly keys: readonly string[];
  /** Host and port by which others reach this server. */
  readonly serverAddress: string;
}

/** What lets others check service account tokens without asking this server for each: OpenID Connect discovery (KEP-1393). */
export function issuerDiscoveryRoutes({ issuer, keys, serverAddress }: IssuerDiscovery): readonly NonResourceRoute[] {
  if (!issuer.startsWith('https://')) return [];
  const jwks = keys.map(toJwk);
  const configuration = {
    issuer,
    jwks_uri: `https://${serverAddress}${JWKS_PATH}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(jwks.map(({ alg }) => alg))].sort(),
  };
  return [
    { path: '/.well-known/openid-configuration', handle: () => Promise.resolve(cacheable('application/json', configuration)) },
    { path: JWKS_PATH, handle: () => Promise.resolve(cacheable('application/jwk-set+json', { keys: jwks })) },
  ];
}

function toJwk(pem: string): { readonly alg: string } & Record<string, unknown> {
  const key = createPublicKey(pem);
  const { kty, ...numbers } = key.export({ format: 'jwk' });
  return { use: 'sig', kty, kid: serviceAccountKeyId(key), alg: algorithmOf(key), ...numbers };
}

function cacheable(contentType: string, value: object): ApiResponse {
  const headers = { 'content-type': contentType, 'cache-control': 'public, max-age=3600' };
  return { status: 200, headers, body: Buffer.from(JSON.stringify(value)) };
}
