import { configmaps, type ConfigMap, type Namespace } from '@keelson/api';
import { semanticEqual, StatusError, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Controller, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';

export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

const DESCRIPTION_ANNOTATION = 'kubernetes.io/description';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export interface RootCaPublisherDeps {
  readonly client: ApiClient;
  readonly namespaces: Informer<Namespace>;
  /** It may be limited to those named {@link ROOT_CA_CONFIG_MAP}. */
  readonly configMaps: Informer<ConfigMap>;
  /** What `--root-ca-file` holds: PEM. */
  readonly rootCa: string;
}

/**
 * Keeps the ConfigMap `kube-root-ca.crt` in every active namespace, for pods to check the apiserver's certificate with.
 * Source: pkg/controller/certificates/rootcacertpublisher.
 */
export class RootCaPublisher implements Controller {
  readonly name = 'root-ca-certificate-publisher';
  readonly #deps: RootCaPublisherDeps;

  constructor(deps: RootCaPublisherDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.namespaces);
    watch.mapped(this.#deps.configMaps, ({ metadata }) => (metadata.name === ROOT_CA_CONFIG_MAP ? [metadata.namespace ?? ''] : []));
  }

  async reconcile(namespace: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    if (this.#deps.namespaces.get(namespace)?.status?.phase !== 'Active') return undefined;
    const present = this.#deps.configMaps.get(`${namespace}/${ROOT_CA_CONFIG_MAP}`);
    const data = { 'ca.crt': this.#deps.rootCa };
    const client = this.#deps.client.resource(configmaps);
    if (present === undefined) {
      const metadata = { namespace, name: ROOT_CA_CONFIG_MAP, annotations: { [DESCRIPTION_ANNOTATION]: DESCRIPTION } };
      await client.create({ metadata, data }, { signal }).catch(unlessSettled);
      return undefined;
    }
    if (semanticEqual(present.data, data) && present.metadata.annotations?.[DESCRIPTION_ANNOTATION] !== undefined) return undefined;
    const next = structuredClone(present) as ConfigMap;
    next.metadata.annotations = { ...next.metadata.annotations, [DESCRIPTION_ANNOTATION]: DESCRIPTION };
    await client.update({ ...next, data }, { signal });
    return undefined;
  }
}

/** What another created meanwhile wakes this controller by its event; in a namespace on its way out there is nothing to do. */
function unlessSettled(error: unknown): void {
  if (StatusError.is(error, 'AlreadyExists')) return;
  if (StatusError.hasCause(error, 'NamespaceTerminating')) return;
  throw error;
}
