import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Clock } from '@keelson/apimachinery';
import { Credential, type CredentialSource } from './credential-file';

export interface TlsOptions {
  /** PEM bundle; the system's roots if absent. */
  readonly certificateAuthority?: CredentialSource | undefined;
  readonly clientCertificate?: { readonly certificate: CredentialSource; readonly key: CredentialSource } | undefined;
  /** The name to ask for and to verify, where it differs from the server's address. */
  readonly serverName?: string | undefined;
  /** Trusts whoever answers; for trying out only. */
  readonly insecureSkipVerify?: boolean | undefined;
}

/** client-go's limits for connecting and for the handshake, together. */
const DIAL_TIMEOUT_MILLISECONDS = 40 * 1000;

/** The kernel's probes find a peer that vanished without a word, where nothing above does. */
const KEEP_ALIVE_MILLISECONDS = 30 * 1000;

export type Protocol = 'h2' | 'http/1.1';

/** Opens TLS connections to one server with the credentials of the moment. */
export class TlsDialer {
  readonly #server: URL;
  readonly #options: TlsOptions;
  readonly #clock: Clock;
  readonly #authority: Credential | undefined;
  readonly #certificate: Credential | undefined;
  readonly #key: Credential | undefined;

  constructor(server: URL, options: TlsOptions, clock: Clock) {
    const credential = (source: CredentialSource | undefined): Credential | undefined => source && new Credential(source, clock);
    this.#server = server;
    this.#options = options;
    this.#clock = clock;
    this.#authority = credential(options.certificateAuthority);
    this.#certificate = credential(options.clientCertificate?.certificate);
    this.#key = credential(options.clientCertificate?.key);
  }

  /** The client certificate as it is now; a change means that connections made before carry the old one. */
  clientCertificate(): Promise<string | undefined> {
    return this.#certificate?.current() ?? Promise.resolve(undefined);
  }

  /**
   * A connection whose handshake is done.
   * @throws Error refused, unreachable, not verified, not within 40 seconds, or a credential that can't be read
   */
  async dial(protocols: readonly Protocol[]): Promise<TLSSocket> {
    const socket = connect(await this.#connectionOptions(protocols));
    const timeout = new AbortController();
    const cancel = this.#clock.setTimeout(() => timeout.abort(), DIAL_TIMEOUT_MILLISECONDS);
    try {
      await once(socket, 'secureConnect', { signal: timeout.signal });
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      throw timeout.signal.aborted ? new Error(`no answer from ${this.#server.host} within ${DIAL_TIMEOUT_MILLISECONDS / 1000} s`) : error;
    } finally {
      cancel();
    }
    return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MILLISECONDS);
  }

  async #connectionOptions(protocols: readonly Protocol[]): Promise<ConnectionOptions> {
    const [ca, cert, key] = await Promise.all([this.#authority?.current(), this.#certificate?.current(), this.#key?.current()]);
    const host = this.#server.hostname.replace(/^\[(.*)\]$/, '$1');
    const name = this.#options.serverName ?? host;
    return {
      host,
      port: this.#server.port === '' ? 443 : Number(this.#server.port),
      ALPNProtocols: [...protocols],
      rejectUnauthorized: this.#options.insecureSkipVerify !== true,
      // SNI takes no addresses (RFC 6066), though an address is still what the certificate is verified against.
      ...(isIP(name) === 0 ? { servername: name } : { servername: '' }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
  }
}
