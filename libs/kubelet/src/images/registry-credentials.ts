import type { DeepReadonly, Secret } from '@keelson/api';
import type { RegistryCredentials } from '@keelson/container-runtime';
import type { ImageReference } from './image-reference';

interface DockerAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
}

/**
 * The credentials in `secrets` that are for this image, the most specific path first (upstream: pkg/credentialprovider).
 * A secret that can't be read is passed over: the pull then tells what is missing.
 */
export function credentialsFor({ registry, repository }: ImageReference, secrets: readonly DeepReadonly<Secret>[]): RegistryCredentials[] {
  const image = `${registry}/${repository}`;
  return secrets
    .flatMap(dockerAuths)
    .map(([key, auth]) => ({ key: registryPath(key), auth }))
    .filter(({ key }) => matches(key, image))
    .sort((a, b) => b.key.length - a.key.length)
    .flatMap(({ key, auth }) => asCredentials(key, auth));
}

function dockerAuths({ type, data = {} }: DeepReadonly<Secret>): [string, DockerAuth][] {
  try {
    if (type === 'kubernetes.io/dockerconfigjson') {
      const config = decodeJSON(data['.dockerconfigjson']) as { auths?: Record<string, DockerAuth> };
      return Object.entries(config.auths ?? {});
    }
    if (type === 'kubernetes.io/dockercfg') return Object.entries(decodeJSON(data['.dockercfg']) as Record<string, DockerAuth>);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
  return [];
}

function decodeJSON(base64 = ''): unknown {
  return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
}

/** `https://index.docker.io/v1/` and the like become `docker.io`. */
function registryPath(key: string): string {
  const path = key.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
  return path === 'index.docker.io' ? 'docker.io' : path.replace(/^index\.docker\.io\//, 'docker.io/');
}

/** The host part may have `*` for a part between dots; the path must be the image's or lead to it. */
function matches(key: string, image: string): boolean {
  const [keyHost = '', ...keyPath] = key.split('/');
  const [host = '', ...path] = image.split('/');
  const keyParts = keyHost.split('.');
  const parts = host.split('.');
  const hostMatches =
    keyParts.length === parts.length &&
    keyParts.every((part, index) => new RegExp(`^${part.split('*').map(escape).join('.*')}$`).test(parts[index] ?? ''));
  return hostMatches && keyPath.every((part, index) => part === path[index]);
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function asCredentials(serverAddress: string, { username, password, auth }: DockerAuth): RegistryCredentials[] {
  if (username !== undefined && password !== undefined) return [{ username, password, serverAddress }];
  const decoded = Buffer.from(auth ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? [] : [{ username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serverAddress }];
}
