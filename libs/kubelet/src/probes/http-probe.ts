import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HTTPTarget {
  readonly scheme?: string;
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}

export interface HTTPAnswer {
  readonly status: number;
  readonly body: string;
}

/** As much of an answer as an event may show; upstream reads 10 KiB and so do we. */
const MAX_BODY_BYTES = 10 * 1024;

/**
 * One GET on a connection of its own, without checking certificates and without following redirects.
 * @throws Error if no answer came, or when `signal` aborts
 */
export function httpGet(
  target: HTTPTarget,
  { signal, userAgent }: { readonly signal: AbortSignal; readonly userAgent: string },
): Promise<HTTPAnswer> {
  const { host, port, path = '/', httpHeaders = [] } = target;
  const headers: Record<string, string> = { 'User-Agent': userAgent, Accept: '*/*', Connection: 'close' };
  for (const { name, value } of httpHeaders) headers[name] = value;
  const options = { host, port, path: path.startsWith('/') ? path : `/${path}`, headers, signal, agent: false };
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      readStart(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    };
    const request =
      target.scheme === 'HTTPS' ? httpsRequest({ ...options, rejectUnauthorized: false }, onAnswer) : httpRequest(options, onAnswer);
    request.on('error', reject);
    request.end();
  });
}

async function readStart(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8');
}
