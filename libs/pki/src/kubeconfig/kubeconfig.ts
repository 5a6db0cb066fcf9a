import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument, stringify } from 'yaml';

/** How a user proves who it is: a client certificate or a bearer token, in place or in a file. */
export type KubeconfigCredentials =
  | { readonly type: 'certificate'; readonly certificate: string; readonly key: string }
  | { readonly type: 'certificateFiles'; readonly certificateFile: string; readonly keyFile: string }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'tokenFile'; readonly tokenFile: string }
  | { readonly type: 'none' };

/** One way into one cluster. */
export interface KubeconfigEntry {
  readonly context: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
  /** The apiserver's URL. */
  readonly server: string;
  /** The bundle that the apiserver's certificate is checked against, PEM; the system's authorities without it. */
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly credentials: KubeconfigCredentials;
}

type Section = 'clusters' | 'contexts' | 'users';

/** The three parts of an entry as they stand in the file's lists. */
export function kubeconfigParts(entry: KubeconfigEntry): Readonly<Record<Section, Readonly<Record<string, unknown>>>> {
  const cluster = {
    ...(entry.certificateAuthority === undefined ? {} : { 'certificate-authority-data': toBase64(entry.certificateAuthority) }),
    ...(entry.insecureSkipTlsVerify === true ? { 'insecure-skip-tls-verify': true } : {}),
    ...(entry.tlsServerName === undefined ? {} : { 'tls-server-name': entry.tlsServerName }),
    server: entry.server,
  };
  const namespace = entry.namespace === undefined ? {} : { namespace: entry.namespace };
  return {
    clusters: { name: entry.cluster, cluster },
    contexts: { name: entry.context, context: { cluster: entry.cluster, ...namespace, user: entry.user } },
    users: { name: entry.user, user: credentialFields(entry.credentials) },
  };
}

/** A whole kubeconfig with this one entry, as YAML. */
export function buildKubeconfig(entry: KubeconfigEntry): string {
  const { clusters, contexts, users } = kubeconfigParts(entry);
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [clusters],
      contexts: [contexts],
      'current-context': entry.context,
      preferences: {},
      users: [users],
    },
    { lineWidth: 0 },
  );
}

function credentialFields(credentials: KubeconfigCredentials): Readonly<Record<string, string>> {
  switch (credentials.type) {
    case 'certificate':
      return { 'client-certificate-data': toBase64(credentials.certificate), 'client-key-data': toBase64(credentials.key) };
    case 'certificateFiles':
      return { 'client-certificate': credentials.certificateFile, 'client-key': credentials.keyFile };
    case 'token':
      return { token: credentials.token };
    case 'tokenFile':
      return { tokenFile: credentials.tokenFile };
    case 'none':
      return {};
  }
}

/**
 * Reads the entry of a context. Files it names are taken relative to the kubeconfig's folder; the authority's is read, those of credentials are
 * only named, since they rotate.
 * @param context the current context without it
 * @throws Error naming the file and what is wrong or missing in it
 */
export async function readKubeconfig(path: string, context?: string): Promise<KubeconfigEntry> {
  const config = parseKubeconfig(await readFile(path, 'utf8'), path);
  const contextName = context ?? textField(config, 'current-context');
  if (contextName === undefined || contextName === '') throw new Error(`${path}: no context is chosen (current-context is empty)`);
  const chosen = named(config, { section: 'contexts', field: 'context', name: contextName, path });
  const cluster = textField(chosen, 'cluster') ?? '';
  const user = textField(chosen, 'user') ?? '';
  const namespace = textField(chosen, 'namespace');
  const clusterFields = named(config, { section: 'clusters', field: 'cluster', name: cluster, path });
  const userFields = user === '' ? {} : named(config, { section: 'users', field: 'user', name: user, path });
  const server = textField(clusterFields, 'server');
  if (server === undefined) throw new Error(`${path}: cluster ${JSON.stringify(cluster)} has no server`);
  const tlsServerName = textField(clusterFields, 'tls-server-name');
  const certificateAuthority = await authorityOf(clusterFields, path);
  return {
    context: contextName,
    cluster,
    user,
    server,
    ...(namespace === undefined ? {} : { namespace }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(clusterFields['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    credentials: credentialsOf(userFields, path),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws Error naming `path` if the text is no kubeconfig */
export function parseKubeconfig(text: string, path: string): Fields {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(`${path} is not valid YAML: ${problem.message.split('\n', 1).join()}`);
  const config: unknown = document.toJS();
  if (config === null) return {};
  if (!isFields(config)) throw new Error(`${path} is not a kubeconfig: expected a mapping`);
  const kind = config['kind'];
  if (kind !== undefined && kind !== 'Config') throw new Error(`${path} is not a kubeconfig: kind is ${JSON.stringify(kind)}`);
  return config;
}

interface Wanted {
  readonly section: Section;
  readonly field: string;
  readonly name: string;
  readonly path: string;
}

function named(config: Fields, { section, field, name, path }: Wanted): Fields {
  const list = config[section];
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  const found = items.filter(isFields).find((item) => item['name'] === name)?.[field];
  if (!isFields(found)) throw new Error(`${path}: ${field} ${JSON.stringify(name)} does not exist`);
  return found;
}

async function authorityOf(cluster: Fields, path: string): Promise<string | undefined> {
  const data = textField(cluster, 'certificate-authority-data');
  if (data !== undefined) return fromBase64(data);
  const file = textField(cluster, 'certificate-authority');
  return file === undefined ? undefined : readFile(resolve(dirname(path), file), 'utf8');
}

/** Data before files, and a token's file before the token, as client-go ranks them. */
function credentialsOf(user: Fields, path: string): KubeconfigCredentials {
  const folder = dirname(path);
  const [certificate, key] = [textField(user, 'client-certificate-data'), textField(user, 'client-key-data')];
  if (certificate !== undefined && key !== undefined)
    return { type: 'certificate', certificate: fromBase64(certificate), key: fromBase64(key) };
  const [certificateFile, keyFile] = [textField(user, 'client-certificate'), textField(user, 'client-key')];
  if (certificateFile !== undefined && keyFile !== undefined)
    return { type: 'certificateFiles', certificateFile: resolve(folder, certificateFile), keyFile: resolve(folder, keyFile) };
  const tokenFile = textField(user, 'tokenFile');
  if (tokenFile !== undefined) return { type: 'tokenFile', tokenFile: resolve(folder, tokenFile) };
  const token = textField(user, 'token');
  if (token !== undefined) return { type: 'token', token };
  const [unsupported] = Object.keys(user);
  if (unsupported !== undefined) throw new Error(`${path}: the user's credentials (${unsupported}) are of a kind that is not supported`);
  return { type: 'none' };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const toBase64 = (text: string): string => Buffer.from(text).toString('base64');
const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
