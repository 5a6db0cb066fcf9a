import type { Clock } from '@keelson/apimachinery';
import { Http2Connection } from './http2-connection';
import type { TlsDialer } from './tls-dialer';

/**
 * The HTTP/2 connections to one server: one, as long as all requests fit on it. A connection that ended is replaced when a request
 * next needs one.
 * Invariant: at most one connection is being opened at a time, and every request that lacks one waits for it.
 */
export class Http2Pool {
  readonly #server: URL;
  readonly #dialer: TlsDialer;
  readonly #clock: Clock;
  /** Those that may still carry something, the usable ones among them. */
  readonly #connections = new Set<Http2Connection>();
  #dialing: Promise<boolean> | undefined;
  /** What the usable connections were authenticated with. */
  #certificate: string | undefined;
  #closed = false;

  constructor({ server, dialer, clock }: { server: URL; dialer: TlsDialer; clock: Clock }) {
    this.#server = server;
    this.#dialer = dialer;
    this.#clock = clock;
  }

  /**
   * @returns a connection with room for one more request; undefined if the server does not speak HTTP/2
   * @throws Error from dialling
   */
  async acquire(): Promise<Http2Connection | undefined> {
    this.#retireOutdated(await this.#dialer.clientCertificate());
    for (;;) {
      if (this.#closed) throw new Error('the transport is closed');
      for (const connection of this.#connections) if (connection.usable) return connection;
      this.#dialing ??= this.#open().finally(() => (this.#dialing = undefined));
      if (!(await this.#dialing)) return undefined;
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections) connection.destroy();
    this.#connections.clear();
  }

  /** @returns whether the server speaks HTTP/2 */
  async #open(): Promise<boolean> {
    const socket = await this.#dialer.dial(['h2', 'http/1.1']);
    if (socket.alpnProtocol !== 'h2' || this.#closed) {
      socket.destroy();
      return this.#closed;
    }
    const connection: Http2Connection = new Http2Connection(socket, {
      authority: this.#server,
      clock: this.#clock,
      onClose: () => void this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    await connection.ready();
    return true;
  }

  /** A rotated client certificate needs a new handshake; requests under way finish on the old one. */
  #retireOutdated(certificate: string | undefined): void {
    if (certificate === this.#certificate) return;
    this.#certificate = certificate;
    for (const connection of this.#connections) connection.retire();
  }
}
