import { configmaps } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { followFiles, type Logger } from '@keelson/component-base';
import { parseCertificates } from '@keelson/pki';
import { InformerFactory } from '../informer-factory';

const NAMESPACE = 'kube-system';
const NAME = 'extension-apiserver-authentication';
const KEY = 'client-ca-file';
/** A rotated file is in force within this many milliseconds. */
const FILE_INTERVAL = 60_000;

export interface ClientAuthoritiesOptions {
  /** Gets them, certificates in PEM, whenever they change. */
  readonly trust: (authorities: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the following. */
  readonly signal: AbortSignal;
}

/** Hands out the authorities in `file`, now and whenever it changes. @throws Error naming the file if it can't be read or is not PEM */
export async function followAuthoritiesFile(file: string, { trust, clock, log, signal }: ClientAuthoritiesOptions): Promise<void> {
  const onError = (error: unknown): void => log.error('Unable to reload the client authorities; the previous ones stay', { file, error });
  try {
    await followFiles([file], ([contents]) => trust(certificatesOf(String(contents), file)), {
      timers: clock,
      interval: FILE_INTERVAL,
      signal,
      onError,
    });
  } catch (error) {
    throw new Error(`--client-ca-file ${file}: unable to load the client authorities`, { cause: error });
  }
}

/**
 * Hands out the authorities whose client certificates the apiserver takes, which it tells in a ConfigMap, now and whenever they change.
 * @param tolerant goes on without them until they can be read
 * @throws Error if they can't be read and it is not to be tolerated
 */
export async function followClusterAuthorities(
  client: ApiClient,
  { tolerant, ...options }: ClientAuthoritiesOptions & { readonly tolerant: boolean },
): Promise<void> {
  const { trust, log, signal } = options;
  const source = `configmap/${NAME} in ${NAMESPACE}`;
  if (!tolerant) await client.resource(configmaps).get({ namespace: NAMESPACE, name: NAME }, { signal }).catch(notFoundOut(source));
  const informers = new InformerFactory({ client, clock: options.clock, log });
  informers.informer(configmaps, { namespace: NAMESPACE, fieldSelector: `metadata.name=${NAME}` }).subscribe((event) => {
    const authorities = event.type === 'delete' ? undefined : event.object.data?.[KEY];
    // Who has deleted it has not said that nobody is to be trusted any more.
    if (authorities === undefined) return;
    try {
      trust(certificatesOf(authorities, source));
    } catch (error) {
      log.error('Unable to take the client authorities; the previous ones stay', { source, error });
    }
  });
  informers.start(signal);
}

/** Node ignores what it can't read of a bundle, and then trusts nobody. @throws Error naming the source if that is so */
function certificatesOf(bundle: string, source: string): string {
  return parseCertificates(bundle, source).join('');
}

const notFoundOut =
  (source: string) =>
  (error: unknown): never => {
    throw new Error(`unable to read ${source} (--authentication-tolerate-lookup-failure goes on without)`, { cause: error });
  };
