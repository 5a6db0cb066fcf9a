import type { ConfigMap } from '@keelson/api';
import { deepEqual, sleep, type Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import { parseCertificates } from '@keelson/pki';
import type { ObjectRegistry } from '../registry/object-registry';
import { ensureObject } from './ensure-object';

const NAME = 'extension-apiserver-authentication';
const NAMESPACE = 'kube-system';
const CLIENT_CA = 'client-ca-file';
/** How soon what someone has changed is put right, as upstream. */
const INTERVAL_MILLISECONDS = 60_000;

export interface AuthenticationTrustDeps {
  readonly configMaps: ObjectRegistry;
  /** PEM; undefined if no client certificates are taken, about which there is nothing to say. */
  readonly authorities: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells servers that are not the apiserver, such as aggregated ones and upstream's daemons, whose client certificates are taken: by the ConfigMap
 * that upstream's clusterauthenticationtrust controller keeps. What other apiservers have written there stays, as long as it is valid.
 */
export class AuthenticationTrust {
  readonly #deps: AuthenticationTrustDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: AuthenticationTrustDeps) {
    this.#deps = deps;
  }

  /** Resolves when the ConfigMap is there. */
  async start(): Promise<void> {
    const { authorities } = this.#deps;
    if (authorities === undefined) return;
    await this.#tryEnsure(authorities);
    this.#running = this.#repeat(authorities);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #repeat(authorities: string): Promise<void> {
    for (;;) {
      await sleep(this.#deps.clock, INTERVAL_MILLISECONDS, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#tryEnsure(authorities);
    }
  }

  async #tryEnsure(authorities: string): Promise<void> {
    const { clock, configMaps, log } = this.#deps;
    const bundle = (present = ''): string => combinedBundle([present, authorities], clock.now());
    try {
      const draft = { metadata: { name: NAME, namespace: NAMESPACE }, data: { [CLIENT_CA]: bundle() } };
      await ensureObject<ConfigMap>(configMaps, draft, (current) => {
        const next = { ...current, data: { ...current.data, [CLIENT_CA]: bundle(current.data?.[CLIENT_CA]) } };
        return deepEqual(current, next) ? undefined : next;
      });
    } catch (error) {
      log.error('Unable to tell whose client certificates are taken', { configMap: `${NAMESPACE}/${NAME}`, error });
    }
  }
}

/** The certificates of all bundles, each once, without those that have expired. @throws Error if one can not be read */
export function combinedBundle(bundles: readonly string[], now: number): string {
  const certificates = bundles.filter((bundle) => bundle !== '').flatMap((bundle) => parseCertificates(bundle, CLIENT_CA));
  const valid = certificates.filter(({ validToDate }) => validToDate.getTime() > now);
  return [...new Set(valid.map(String))].join('');
}
