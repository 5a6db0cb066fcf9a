import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from '@keelson/apimachinery';
import { parse } from 'yaml';
import type { CredentialSource } from './credential-file';
import { createHttpTransport, type HttpTransportOptions } from './http-transport';
import type { Transport } from './transport';

interface Named {
  readonly name: string;
}

interface Cluster {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'proxy-url'?: string;
}

interface User {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly exec?: object;
  readonly 'auth-provider'?: object;
}

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly (Named & { readonly context?: { readonly cluster?: string; readonly user?: string } })[];
  readonly clusters?: readonly (Named & { readonly cluster?: Cluster })[];
  readonly users?: readonly (Named & { readonly user?: User })[];
}

export interface KubeconfigOptions {
  /** The file's current context if absent. */
  readonly context?: string | undefined;
  /** Replaces the cluster's server, as the daemons' `--master` does. */
  readonly server?: string | undefined;
  /** Replaces the user: only the cluster is taken from the file. */
  readonly token?: CredentialSource | undefined;
  readonly clock?: Clock;
}

/**
 * A transport as a kubeconfig file describes it. Files it names are relative to its own folder, and are read again when they change.
 * @throws Error naming the file and what is missing, malformed or not supported in it
 */
export async function transportFromKubeconfig(path: string, { context, server, token, clock }: KubeconfigOptions = {}): Promise<Transport> {
  const text = await readFile(path, 'utf8');
  try {
    const options = transportOptions(parse(text) as Kubeconfig | null, { context, folder: dirname(path) });
    const user = token === undefined ? {} : { token, tls: { ...options.tls, clientCertificate: undefined } };
    return createHttpTransport({
      ...options,
      ...user,
      ...(server === undefined ? {} : { server }),
      ...(clock === undefined ? {} : { clock }),
    });
  } catch (error) {
    throw new Error(`kubeconfig ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** What a parsed kubeconfig says of one context. */
function transportOptions(
  config: Kubeconfig | null,
  { context: asked, folder }: { readonly context?: string | undefined; readonly folder: string },
): HttpTransportOptions {
  const contextName = asked ?? config?.['current-context'] ?? '';
  if (contextName === '') throw new Error('no context is asked for and current-context is not set');
  const { context } = named(config?.contexts, contextName, 'context');
  const { cluster = {} } = named(config?.clusters, context?.cluster ?? '', 'cluster');
  const user = context?.user === undefined || context.user === '' ? {} : (named(config?.users, context.user, 'user').user ?? {});
  if (cluster.server === undefined || cluster.server === '') throw new Error(`cluster ${context?.cluster ?? ''} has no server`);
  if (cluster['proxy-url'] !== undefined) throw new Error('proxy-url is not supported');
  refuseUnsupported(user, context?.user ?? '');
  const source = sourceIn(folder);
  return {
    server: cluster.server,
    tls: {
      certificateAuthority: source(cluster['certificate-authority-data'], cluster['certificate-authority']),
      clientCertificate: clientCertificate(user, source),
      serverName: cluster['tls-server-name'],
      insecureSkipVerify: cluster['insecure-skip-tls-verify'],
    },
    token: tokenOf(user, folder),
  };
}

type SourceOf = (data: string | undefined, file: string | undefined) => CredentialSource | undefined;

/** Data, which is base64, goes before a file, as in client-go. */
const sourceIn =
  (folder: string): SourceOf =>
  (data, file) => {
    if (data !== undefined && data !== '') return { data: Buffer.from(data, 'base64').toString('utf8') };
    return file === undefined || file === '' ? undefined : { file: resolve(folder, file) };
  };

function clientCertificate(user: User, source: SourceOf): { certificate: CredentialSource; key: CredentialSource } | undefined {
  const certificate = source(user['client-certificate-data'], user['client-certificate']);
  const key = source(user['client-key-data'], user['client-key']);
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  if (certificate === undefined && key === undefined) return undefined;
  throw new Error(`the user has a client ${certificate === undefined ? 'key without a certificate' : 'certificate without a key'}`);
}

/** A file goes before a literal, as in client-go, since it is the newer one. */
function tokenOf({ token, tokenFile }: User, folder: string): CredentialSource | undefined {
  if (tokenFile !== undefined && tokenFile !== '') return { file: resolve(folder, tokenFile) };
  return token === undefined || token === '' ? undefined : { data: token };
}

function refuseUnsupported(user: User, name: string): void {
  for (const way of ['exec', 'auth-provider', 'username'] as const)
    if (user[way] !== undefined) throw new Error(`user ${name}: ${way} is not supported; use a client certificate, token or tokenFile`);
}

function named<T extends Named>(list: readonly T[] | undefined, name: string, what: string): T {
  const found = list?.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`${what} ${JSON.stringify(name)} does not exist`);
  return found;
}
