import type { TransportRequest } from '@keelson/client';
import type { TestApiserver } from './start-test-apiserver';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  /** What the bytes are as JSON. @throws SyntaxError if they are none */
  json(): Record<string, unknown>;
}

interface Sent {
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One plain request of the administrator, for what no typed client would send. A body that is an object goes as JSON. */
export async function send(server: TestApiserver, method: TransportRequest['method'], path: string, sent: Sent = {}): Promise<Answer> {
  const { body } = sent;
  const response = await server.admin.transport.request({
    method,
    path,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...sent.headers },
    ...(body === undefined ? {} : { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const json = (): Record<string, unknown> => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, bytes, json };
}
