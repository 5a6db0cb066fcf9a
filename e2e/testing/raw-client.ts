import { request, type RequestOptions } from 'node:https';
import type { Cluster } from './cluster';

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Instead of the administrator's certificate. */
  readonly token?: string;
}

export interface RawAnswer {
  readonly code: number;
  readonly text: string;
  /** The body's `Status`, as far as it is one. */
  readonly status: Readonly<Record<string, unknown>>;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }[];
  readonly users: readonly { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }[];
}

/** Speaks to a cluster's API server without a client library between, so that requests can be wrong in every way. */
export class RawClient {
  readonly #server: string;
  readonly #ca: Buffer;
  readonly #identity: RequestOptions;

  private constructor({ clusters: [first], users: [user] }: Kubeconfig) {
    if (first === undefined || user === undefined) throw new Error('the kubeconfig has no cluster or no user');
    this.#server = first.cluster.server;
    this.#ca = Buffer.from(first.cluster['certificate-authority-data'], 'base64');
    this.#identity = {
      cert: Buffer.from(user.user['client-certificate-data'], 'base64'),
      key: Buffer.from(user.user['client-key-data'], 'base64'),
    };
  }

  static async of(cluster: Cluster): Promise<RawClient> {
    return new RawClient(JSON.parse(await cluster.kubectl('config', 'view', '--raw', '--minify', '-o', 'json')) as Kubeconfig);
  }

  send(path: string, { body, headers = {}, method = 'GET', token }: RawRequest = {}): Promise<RawAnswer> {
    const identity = token === undefined ? this.#identity : {};
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const options = { method, ca: this.#ca, agent: false, headers: { ...authorization, ...headers }, ...identity };
      const sent = request(new URL(path, this.#server), options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => resolve(answerOf(answer.statusCode ?? 0, Buffer.concat(chunks).toString())));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Sends an object as JSON. */
  json(method: string, path: string, object: unknown, options: RawRequest = {}): Promise<RawAnswer> {
    return this.send(path, { ...options, method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(object) });
  }
}

function answerOf(code: number, text: string): RawAnswer {
  try {
    return { code, text, status: JSON.parse(text) as Record<string, unknown> };
  } catch {
    return { code, text, status: {} };
  }
}
