import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { Protocol } from '../message/write-response';
import { serveTcp } from './tcp-server';
import { serveUdp } from './udp-server';

export interface Client {
  readonly protocol: Protocol;
  /** Of its address. */
  readonly family: 4 | 6;
}

/** Makes the response to a message; undefined for none. Never rejects. */
export type Handle = (message: Buffer, client: Client) => Promise<Buffer | undefined>;

export interface ServeDnsOptions {
  /** An IP address; `::` takes IPv4 too. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly handle: Handle;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface DnsListening {
  readonly port: number;
  /** Takes no more queries; resolves when all sockets are closed. */
  close(): Promise<void>;
}

/** Serves DNS on one port, over UDP and TCP. @throws Error naming address and port if it can't listen there */
export async function serveDns(options: ServeDnsOptions): Promise<DnsListening> {
  const tcp = await serveTcp(options);
  try {
    const udp = await serveUdp({ ...options, port: tcp.port });
    return {
      port: tcp.port,
      async close() {
        await Promise.all([tcp.close(), udp.close()]);
      },
    };
  } catch (error) {
    await tcp.close();
    throw error;
  }
}
