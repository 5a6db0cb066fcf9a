import { serviceaccounts, type TokenRequest } from '@keelson/api';
import { StatusError, type Clock } from '@keelson/apimachinery';
import { createApiClient, transportFromKubeconfig, type ApiClient, type Transport } from '@keelson/client';

const NAMESPACE = 'kube-system';
const LIFE_SECONDS = 3600;
/** A token is replaced when this part of its life is over. */
const RENEW_AFTER = 0.8;

export interface ServiceAccountClientsOptions {
  /** The daemon's own kubeconfig, for the way to the server. */
  readonly kubeconfig: string;
  /** The daemon's own client; it may make accounts in `kube-system` and tokens for them. */
  readonly client: ApiClient;
  readonly userAgent: string;
  readonly clock: Clock;
}

/**
 * A client for each controller, with the rights of its own service account and no more; `--use-service-account-credentials`. Accounts are made
 * when they are missing, tokens when they are needed.
 */
export class ServiceAccountClients {
  readonly #options: ServiceAccountClientsOptions;
  readonly #transports: Transport[] = [];

  constructor(options: ServiceAccountClientsOptions) {
    this.#options = options;
  }

  /** A client that acts as `kube-system/NAME`. */
  async clientFor(name: string): Promise<ApiClient> {
    const { clock, kubeconfig, userAgent } = this.#options;
    const transport = await transportFromKubeconfig(kubeconfig, { clock, token: { provide: this.#tokenProvider(name) } });
    this.#transports.push(transport);
    return createApiClient(transport, { userAgent: `${userAgent}/${name}`, clock });
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.map((transport) => transport.close()));
  }

  #tokenProvider(name: string): () => Promise<string> {
    let token: Promise<string> | undefined;
    let renewAt = 0;
    return () => {
      if (token === undefined || this.#options.clock.monotonic() >= renewAt) {
        renewAt = this.#options.clock.monotonic() + LIFE_SECONDS * RENEW_AFTER * 1000;
        token = this.#request(name).catch((error: unknown) => {
          token = undefined;
          throw error;
        });
      }
      return token;
    };
  }

  async #request(name: string): Promise<string> {
    const accounts = this.#options.client.resource(serviceaccounts);
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: [], expirationSeconds: LIFE_SECONDS },
    };
    const ask = (): Promise<TokenRequest> => accounts.createSubresource<TokenRequest>({ namespace: NAMESPACE, name }, 'token', request);
    try {
      return (await ask()).status?.token ?? '';
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    await accounts.create({ metadata: { name, namespace: NAMESPACE } }).catch((error: unknown) => {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    });
    return (await ask()).status?.token ?? '';
  }
}
