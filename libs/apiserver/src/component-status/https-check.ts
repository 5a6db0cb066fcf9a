import { Agent, request } from 'node:https';
import { failedWith, type ComponentCheck, type ComponentHealth } from './component-check';

/** As upstream's prober; who asks is not to wait longer for a component that hangs. */
const PATIENCE_MILLISECONDS = 20_000;
/** A component's answer is `ok`, or a page of checks; more than this is none of either. */
const MAX_BODY_BYTES = 10 * 1024;

export interface HttpsCheckOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly patienceMilliseconds?: number;
}

/** Asks a component at its port, whose certificate is not verified, as upstream asks its scheduler and controller manager. */
export function httpsCheck({ host, path, port, patienceMilliseconds = PATIENCE_MILLISECONDS }: HttpsCheckOptions): ComponentCheck {
  const url = `https://${host}:${port}${path}`;
  return async () => {
    try {
      return await ask(url, patienceMilliseconds);
    } catch (error) {
      return { status: 'False', message: `Get ${JSON.stringify(url)}: ${reasonOf(error as NodeJS.ErrnoException, `${host}:${port}`)}` };
    }
  };
}

/** A connection of its own each time: one that was kept could tell of a process that is gone. */
function ask(url: string, patienceMilliseconds: number): Promise<ComponentHealth> {
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: false });
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, signal: AbortSignal.timeout(patienceMilliseconds) }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => {
        if (size < MAX_BODY_BYTES) chunks.push(chunk);
        size += chunk.length;
      });
      answer.on('end', () => resolve(healthOf(answer.statusCode ?? 0, Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'))));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function healthOf(statusCode: number, body: string): ComponentHealth {
  const isWell = statusCode >= 200 && statusCode < 400;
  return isWell ? { status: 'True', message: body } : { status: 'False', message: failedWith(statusCode) };
}

/** As Go's `net/http` words it. */
function reasonOf({ code, message, name, syscall }: NodeJS.ErrnoException, address: string): string {
  if (name === 'AbortError' || name === 'TimeoutError') return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  if (code === 'ECONNREFUSED') return `dial tcp ${address}: connect: connection refused`;
  return syscall === 'connect' ? `dial tcp ${address}: ${message}` : message;
}
