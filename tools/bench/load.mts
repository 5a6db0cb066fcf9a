import { connect, type ClientHttp2Session } from 'node:http2';
import { TOKEN } from './server.mts';

/** Requests over one HTTP/2 connection, as many at once as a workload has workers. */
export class Load {
  readonly #session: ClientHttp2Session;

  constructor(port: number) {
    this.#session = connect(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
      settings: { initialWindowSize: 2 ** 24 },
      maxSessionMemory: 1000,
    });
    this.#session.setMaxListeners(0);
    this.#session.on('connect', () => this.#session.setLocalWindowSize(2 ** 26));
  }

  /** @returns the size of the answer @throws Error for a status that is no success */
  request(method: string, path: string, body?: string, contentType = 'application/json'): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = {
        ':method': method,
        ':path': path,
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      };
      const stream = this.#session.request(headers, { endStream: body === undefined });
      let status = 0;
      let size = 0;
      let head = '';
      stream.on('response', (response) => (status = Number(response[':status'])));
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (status >= 300) head += chunk.toString();
      });
      stream.on('end', () => (status < 300 ? resolve(size) : reject(new Error(`${method} ${path}: ${status} ${head.slice(0, 300)}`))));
      stream.on('error', reject);
      if (body !== undefined) stream.end(body);
    });
  }

  /** Opens a watch. @param onBytes hears of every chunk @returns what ends it, once the watch has begun */
  watch(path: string, onBytes: (chunk: Buffer) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({ ':path': path, authorization: `Bearer ${TOKEN}` });
      stream.on('response', () => resolve(() => stream.close()));
      stream.on('data', onBytes);
      stream.on('error', reject);
    });
  }

  close(): void {
    this.#session.destroy();
  }
}

const NEWLINE = 10;
const DELIVERY_SECONDS = 60;

/** Counts the events that watches bring; each is a line. */
export class LineCount {
  #count = 0;
  #due = Infinity;
  #onDue: () => void = () => undefined;

  add(chunk: Buffer): void {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) this.#count += 1;
    if (this.#count >= this.#due) this.#onDue();
  }

  /** Resolves with the last of `due` lines. @throws Error if others come than are due, or not all within a minute */
  async reached(due: number): Promise<void> {
    this.#due = due;
    if (this.#count < due)
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, DELIVERY_SECONDS * 1000);
        this.#onDue = () => {
          clearTimeout(late);
          resolve();
        };
      });
    if (this.#count !== due) throw new Error(`${due} deliveries were due, ${this.#count} came`);
  }
}

/** What a workload came to. */
export interface Rate {
  readonly perSecond: number;
  /** Of the server, milliseconds for each operation. */
  readonly cpu: number;
}

/** Runs `operation` with `workers` at once until `seconds` have passed. */
export async function measure(options: {
  readonly workers: number;
  readonly seconds: number;
  readonly cpu: () => number;
  readonly operation: (index: number) => Promise<unknown>;
}): Promise<Rate> {
  const { operation, seconds, workers } = options;
  let count = 0;
  const begun = performance.now();
  const cpuBefore = options.cpu();
  const end = begun + seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) await operation(count++);
  };
  await Promise.all(Array.from({ length: workers }, worker));
  const elapsed = (performance.now() - begun) / 1000;
  return { perSecond: count / elapsed, cpu: (options.cpu() - cpuBefore) / count };
}
