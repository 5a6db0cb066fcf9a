import { Agent, request } from 'node:https';

export interface WriterOptions {
  readonly port: number;
  readonly name: string;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** One client on one connection at a time, which makes ConfigMaps as fast as they are acknowledged. When a request fails it connects anew and tries the next. */
export class SteadyWriter {
  readonly #options: WriterOptions;
  readonly #agent: Agent;
  /** Names of what the API has acknowledged, in order. */
  readonly acknowledged: string[] = [];
  #failures = 0;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ...options.tls });
  }

  /** Requests that no one has answered. */
  get failures(): number {
    return this.#failures;
  }

  start(): void {
    this.#running = this.#write();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.#agent.destroy();
  }

  async #write(): Promise<void> {
    for (let index = 0; !this.#stopped; index += 1) {
      const name = `${this.#options.name}-${index}`;
      const status = await this.#create(name).catch(() => undefined);
      if (status === 201) this.acknowledged.push(name);
      else if (status === undefined) this.#failures += 1;
      else throw new Error(`the API answered ${status} to a ConfigMap`);
    }
  }

  #create(name: string): Promise<number | undefined> {
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { writer: 'steady' } } });
    return new Promise((resolve, reject) => {
      const creating = request(
        {
          host: '127.0.0.1',
          port: this.#options.port,
          path: '/api/v1/namespaces/default/configmaps',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
          agent: this.#agent,
          timeout: 10_000,
        },
        (response) => {
          response.on('error', reject);
          response.on('end', () => resolve(response.statusCode));
          response.resume();
        },
      );
      creating.on('timeout', () => creating.destroy(new Error('no answer in time')));
      creating.on('error', reject);
      creating.end(body);
    });
  }
}
