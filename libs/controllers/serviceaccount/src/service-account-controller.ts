import { serviceaccounts, type Namespace, type ServiceAccount } from '@keelson/api';
import { StatusError, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Controller, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';

/** What pods run as that name no account. */
const DEFAULT_ACCOUNT = 'default';

export interface ServiceAccountControllerDeps {
  readonly client: ApiClient;
  readonly namespaces: Informer<Namespace>;
  readonly serviceAccounts: Informer<ServiceAccount>;
}

/** Sees to it that every active namespace has the ServiceAccount `default`. Source: pkg/controller/serviceaccount. */
export class ServiceAccountController implements Controller {
  readonly name = 'serviceaccount';
  readonly #deps: ServiceAccountControllerDeps;

  constructor(deps: ServiceAccountControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.namespaces);
    watch.mapped(this.#deps.serviceAccounts, ({ metadata }, { type }) =>
      type === 'delete' && metadata.name === DEFAULT_ACCOUNT ? [metadata.namespace ?? ''] : [],
    );
  }

  async reconcile(namespace: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    if (this.#deps.namespaces.get(namespace)?.status?.phase !== 'Active') return undefined;
    if (this.#deps.serviceAccounts.get(`${namespace}/${DEFAULT_ACCOUNT}`) !== undefined) return undefined;
    try {
      await this.#deps.client.resource(serviceaccounts).create({ metadata: { namespace, name: DEFAULT_ACCOUNT } }, { signal });
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists') && !StatusError.hasCause(error, 'NamespaceTerminating')) throw error;
    }
    return undefined;
  }
}
