import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate } from '@keelson/pki';
import { acceptTunnel, isTunnelUpgrade, switchingToSpdy } from '@keelson/streaming';
import type { ApiserverConfig } from '../server/apiserver-config';

/** A kubelet's port that takes upgrades, writes down what it was asked, and sends back whatever it is sent. */
export class FakeKubelet {
  /** In the order in which they came. */
  readonly asked: IncomingMessage[] = [];
  /** Answers instead of upgrading, while set. */
  refusal: { readonly status: number; readonly text: string } | undefined;
  /** How an apiserver has to show itself to be let in. */
  readonly clientConfig: NonNullable<ApiserverConfig['kubeletClient']>;
  readonly #server: Server;

  private constructor(server: Server, clientConfig: NonNullable<ApiserverConfig['kubeletClient']>) {
    this.#server = server;
    this.clientConfig = clientConfig;
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#upgrade(request, socket, head));
  }

  static async start(): Promise<FakeKubelet> {
    const now = { now: Date.now() };
    const authority = await createCertificateAuthority('test-ca', now);
    const serving = await issueServingCertificate(authority, { commonName: 'node-1', ipAddresses: ['127.0.0.1'] }, now);
    const client = await issueClientCertificate(authority, { commonName: 'apiserver', organizations: [] }, now);
    const server = createServer({ cert: serving.certificate, key: serving.key, ca: authority.certificate, requestCert: true });
    const kubelet = new FakeKubelet(server, {
      certificate: client.certificate,
      key: client.key,
      certificateAuthority: authority.certificate,
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return kubelet;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.asked.push(request);
    if (this.refusal !== undefined) {
      const { status, text } = this.refusal;
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
      return;
    }
    if (isTunnelUpgrade(request.headers)) {
      const tunnel = await acceptTunnel({ headers: request.headers, socket, head });
      tunnel.on('error', () => tunnel.destroy());
      tunnel.pipe(tunnel);
      return;
    }
    socket.write(switchingToSpdy(request.headers['x-stream-protocol-version'] as string | undefined));
    socket.pipe(socket);
  }
}
