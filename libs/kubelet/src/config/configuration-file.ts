import { field, loadConfigFile, tlsPolicy, type ConfigValues } from '@keelson/component-base';
import type { Taint } from '@keelson/api';
import type { KubeletConfig } from './kubelet-config';

const taint = field.object({ key: field.string, value: field.string, effect: field.string });

/** The fields of KubeletConfiguration that this kubelet acts on; any other is an error rather than silently without effect. */
const FIELDS = {
  staticPodPath: field.string,
  fileCheckFrequency: field.duration,
  address: field.string,
  port: field.int,
  tlsCertFile: field.string,
  tlsPrivateKeyFile: field.string,
  tlsMinVersion: field.string,
  tlsCipherSuites: field.list(field.string),
  authentication: field.object({
    x509: field.object({ clientCAFile: field.string }),
    webhook: field.object({ enabled: field.bool, cacheTTL: field.duration }),
    anonymous: field.object({ enabled: field.bool }),
  }),
  authorization: field.object({
    mode: field.string,
    webhook: field.object({ cacheAuthorizedTTL: field.duration, cacheUnauthorizedTTL: field.duration }),
  }),
  enableServer: field.bool,
  healthzPort: field.int,
  healthzBindAddress: field.string,
  clusterDomain: field.string,
  clusterDNS: field.list(field.string),
  nodeStatusUpdateFrequency: field.duration,
  nodeStatusReportFrequency: field.duration,
  nodeLeaseDurationSeconds: field.int,
  nodeStatusMaxImages: field.int,
  maxPods: field.int,
  podPidsLimit: field.int,
  resolvConf: field.string,
  cpuCFSQuota: field.bool,
  cpuCFSQuotaPeriod: field.duration,
  serializeImagePulls: field.bool,
  maxParallelImagePulls: field.int,
  systemReserved: field.map(field.string),
  kubeReserved: field.map(field.string),
  evictionHard: field.map(field.string),
  registerNode: field.bool,
  registerWithTaints: field.list(taint),
  providerID: field.string,
  podLogsDir: field.string,
  containerRuntimeEndpoint: field.string,
} as const;

type FileValues = ConfigValues<typeof FIELDS>;

/** Reads a `--config` file. @throws Error, one line that names the file and what is wrong with it */
export async function loadKubeletConfiguration(path: string): Promise<Partial<KubeletConfig>> {
  const values = await loadConfigFile(path, { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', fields: FIELDS });
  return fromFile(values, path);
}

function fromFile(values: FileValues, path: string): Partial<KubeletConfig> {
  checkTls(values, path);
  const { authentication, authorization, serializeImagePulls, maxParallelImagePulls, registerWithTaints, ...plain } = values;
  const mode = authorization?.mode;
  if (mode !== undefined && mode !== 'AlwaysAllow' && mode !== 'Webhook')
    throw new Error(`${path}: authorization.mode: unknown authorization mode ${JSON.stringify(mode)}`);
  return present<KubeletConfig>({
    ...plain,
    registerWithTaints: registerWithTaints?.map(asTaint),
    clusterDNS: strings(plain.clusterDNS),
    tlsCipherSuites: strings(plain.tlsCipherSuites),
    systemReserved: quantities(plain.systemReserved),
    kubeReserved: quantities(plain.kubeReserved),
    evictionHard: quantities(plain.evictionHard),
    clientCAFile: authentication?.x509?.clientCAFile,
    tokenReviews: authentication?.webhook?.enabled,
    tokenReviewTTL: authentication?.webhook?.cacheTTL,
    anonymousAuth: authentication?.anonymous?.enabled,
    authorizationMode: mode,
    authorizedTTL: authorization?.webhook?.cacheAuthorizedTTL,
    unauthorizedTTL: authorization?.webhook?.cacheUnauthorizedTTL,
    maxParallelImagePulls: serializeImagePulls === false ? (maxParallelImagePulls ?? UNLIMITED_PULLS) : maxParallelImagePulls,
  });
}

/** As the flags do. @throws Error naming the file */
function checkTls({ tlsCipherSuites, tlsMinVersion = '' }: FileValues, path: string): void {
  try {
    tlsPolicy({ minVersion: tlsMinVersion, cipherSuites: strings(tlsCipherSuites) ?? [] });
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** What parallel pulls mean without a number of their own. */
export const UNLIMITED_PULLS = 1000;

function asTaint({
  key = '',
  value,
  effect = '',
}: {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}): Taint {
  return { key, effect, ...(value === undefined ? {} : { value }) };
}

const strings = (list: readonly (string | undefined)[] | undefined): string[] | undefined =>
  list?.flatMap((text) => (text === undefined ? [] : [text]));

function quantities(map: Readonly<Record<string, string | undefined>> | undefined): Record<string, string> | undefined {
  return map === undefined
    ? undefined
    : Object.fromEntries(Object.entries(map).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Without the entries that are undefined, which would hide the value they are spread over. */
export function present<T>(values: { readonly [K in keyof T]?: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
