import type { IncomingMessage } from 'node:http';
import { Duplex, PassThrough, Writable } from 'node:stream';
import type { Status } from '@keelson/apimachinery';
import type { TerminalSize } from '@keelson/container-runtime';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { AsyncQueue } from './async-queue';
import type { ForwardedPort, ForwardedPorts, RemoteStreams, StreamProtocol, StreamRequest, UpgradeRequest } from './remote-streams';
import { parseTerminalSize } from './terminal-sizes';

/** The channels of exec and attach (k8s.io/apimachinery/pkg/util/remotecommand, KEP-4006). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** v5: names a channel of which no more will come. */
const CLOSE = 255;

const STREAM_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const PORT_PROTOCOLS = ['v4.channel.k8s.io'];

/** Streams as binary WebSocket messages whose first byte is a channel. */
export class WebSocketStreams implements StreamProtocol {
  readonly #streams = serverOf(STREAM_PROTOCOLS);
  readonly #ports = serverOf(PORT_PROTOCOLS);

  speaks({ headers }: IncomingMessage): boolean {
    return headers.upgrade?.toLowerCase() === 'websocket';
  }

  async acceptStreams(upgrade: UpgradeRequest, wanted: StreamRequest): Promise<RemoteStreams> {
    const socket = await accept(this.#streams, upgrade, STREAM_PROTOCOLS);
    const stdin = wanted.stdin ? new PassThrough() : undefined;
    const resize = wanted.tty ? new AsyncQueue<TerminalSize>() : undefined;
    const gone = goneSignal(socket, () => {
      stdin?.end();
      resize?.end();
    });
    socket.on('message', (data: RawData) => {
      const message = bytesOf(data);
      const content = message.subarray(1);
      if (message[0] === STDIN && stdin !== undefined) feed(socket, stdin, content);
      if (message[0] === RESIZE) addSize(resize, content);
      if (message[0] === CLOSE && content[0] === STDIN) stdin?.end();
    });
    return {
      ...(stdin === undefined ? {} : { stdin }),
      ...(wanted.stdout ? { stdout: channelWriter(socket, STDOUT) } : {}),
      ...(wanted.stderr && !wanted.tty ? { stderr: channelWriter(socket, STDERR) } : {}),
      ...(resize === undefined ? {} : { resize }),
      signal: gone,
      finish: (status) => finish(socket, status),
    };
  }

  async acceptPorts(upgrade: UpgradeRequest): Promise<ForwardedPorts> {
    const asked = upgrade.query
      .getAll('port')
      .flatMap((list) => list.split(','))
      .map(Number);
    const socket = await accept(this.#ports, upgrade, PORT_PROTOCOLS);
    const ports = asked.map((port, index) => forwardedPort(socket, port, index * 2));
    socket.on('message', (data: RawData) => {
      const message = bytesOf(data);
      const target = ports[(message[0] ?? 0) / 2];
      if (target !== undefined) feed(socket, target.incoming, message.subarray(1));
    });
    const signal = goneSignal(socket, () => ports.forEach(({ incoming }) => incoming.end()));
    const queue = new AsyncQueue<ForwardedPort>();
    for (const { forwarded } of ports) queue.push(forwarded);
    queue.end();
    return { ports: queue, signal, close: () => socket.close(1000) };
  }
}

function serverOf(protocols: readonly string[]): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
  });
}

function accept(server: WebSocketServer, { request, socket, head }: UpgradeRequest, protocols: readonly string[]): Promise<WebSocket> {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  if (!protocols.some((protocol) => offered.includes(protocol))) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return Promise.reject(new Error(`the client speaks none of ${protocols.join(', ')}: it offered ${offered.join(', ')}`));
  }
  return new Promise((resolve) => server.handleUpgrade(request, socket, head, resolve));
}

function goneSignal(socket: WebSocket, onGone: () => void): AbortSignal {
  const gone = new AbortController();
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    onGone();
    gone.abort(new Error('the client is gone'));
  });
  return gone.signal;
}

/** A container that does not read stops its client from sending. */
function feed(socket: WebSocket, into: PassThrough, content: Buffer): void {
  if (into.writableEnded || into.write(content)) return;
  socket.pause();
  into.once('drain', () => socket.resume());
}

function addSize(resize: AsyncQueue<TerminalSize> | undefined, content: Buffer): void {
  const size = parseTerminalSize(content.toString('utf8'));
  if (size !== undefined) resize?.push(size);
}

/** A client that does not read holds up the container: each write is done when its bytes have left. */
function channelWriter(socket: WebSocket, channel: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      send(socket, channel, chunk, done);
    },
  });
}

function send(socket: WebSocket, channel: number, content: Uint8Array, done: (error?: Error | null) => void): void {
  if (socket.readyState !== socket.OPEN) return done();
  socket.send(Buffer.concat([Buffer.of(channel), content]), { binary: true }, done);
}

async function finish(socket: WebSocket, status: Status): Promise<void> {
  await new Promise<void>((resolve) => send(socket, ERROR, Buffer.from(JSON.stringify(status)), () => resolve()));
  socket.close(1000);
}

function forwardedPort(socket: WebSocket, port: number, channel: number): { forwarded: ForwardedPort; incoming: PassThrough } {
  const incoming = new PassThrough();
  const announced = Buffer.alloc(2);
  announced.writeUInt16LE(port);
  for (const each of [channel, channel + 1]) send(socket, each, announced, () => undefined);
  const data = Duplex.from({ readable: incoming, writable: channelWriter(socket, channel) });
  const end = (failure = ''): void => {
    if (failure !== '') send(socket, channel + 1, Buffer.from(failure), () => undefined);
  };
  return { forwarded: { port, data, end }, incoming };
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
