import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Status } from '@keelson/apimachinery';
import { isSpdyUpgrade, negotiateProtocol, SpdyConnection, switchingToSpdy, type SpdyStream } from '@keelson/streaming';
import type { ForwardedPorts, RemoteStreams, StreamProtocol, StreamRequest, UpgradeRequest } from './remote-streams';
import { terminalSizes } from './terminal-sizes';
import { acceptSpdyPorts } from './spdy-ports';

/** The newest first, as upstream lists them. From v3 on terminals can be resized, in v4 a Status tells how it ended. */
const STREAM_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
const PORT_PROTOCOLS = ['portforward.k8s.io'];
/** A client has this long to open what it said it would (`--stream-creation-timeout` of CRI streaming). */
const CREATION_MILLISECONDS = 30_000;
/** A client that was told the end is given this long to read it and to close by itself; closing under it can lose what it has not read. */
const LINGER_MILLISECONDS = 10_000;

/** Streams as SPDY/3.1 streams that the client opens, each with its kind in a header (KEP-4006 calls it the legacy protocol). */
export class SpdyStreams implements StreamProtocol {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  speaks({ headers }: IncomingMessage): boolean {
    return isSpdyUpgrade(headers);
  }

  async acceptStreams(upgrade: UpgradeRequest, wanted: StreamRequest): Promise<RemoteStreams> {
    const protocol = accept(upgrade, STREAM_PROTOCOLS) ?? 'channel.k8s.io';
    const resizes = protocol.startsWith('v4') || protocol.startsWith('v3');
    const streams = new ClientStreams(transportOf(upgrade), expectedKinds(wanted, resizes));
    const { error, resize, stderr, stdin, stdout } = await streams.opened(this.#clock);
    return {
      ...(stdin === undefined ? {} : { stdin }),
      ...(stdout === undefined ? {} : { stdout }),
      ...(stderr === undefined ? {} : { stderr }),
      ...(resize === undefined ? {} : { resize: terminalSizes(resize) }),
      signal: streams.signal,
      finish: async (status) => {
        error?.end(endingOf(status, protocol));
        for (const stream of [stdout, stderr]) stream?.end();
        await streams.leave(this.#clock);
      },
    };
  }

  acceptPorts(upgrade: UpgradeRequest): Promise<ForwardedPorts> {
    return new Promise((resolve) => {
      accept(upgrade, PORT_PROTOCOLS);
      resolve(acceptSpdyPorts(transportOf(upgrade), this.#clock));
    });
  }
}

/** The kinds of streams, by the header that carries them; `error` is where the end is told. */
type Kind = 'stdin' | 'stdout' | 'stderr' | 'error' | 'resize';

function expectedKinds({ stderr, stdin, stdout, tty }: StreamRequest, resizes: boolean): ReadonlySet<string> {
  const asked: Readonly<Record<Kind, boolean>> = { error: true, stdin, stdout, stderr: stderr && !tty, resize: tty && resizes };
  return new Set(Object.entries(asked).flatMap(([kind, isAsked]) => (isAsked ? [kind] : [])));
}

/** The streams of one client, until all are there and until it is gone. */
class ClientStreams {
  readonly #connection: SpdyConnection;
  readonly #streams: Partial<Record<string, SpdyStream>> = {};
  readonly #expected: ReadonlySet<string>;
  readonly #complete = Promise.withResolvers<undefined>();

  constructor(transport: Duplex, expected: ReadonlySet<string>) {
    this.#expected = expected;
    this.#connection = new SpdyConnection(transport, { role: 'server', onStream: (stream) => this.#add(stream) });
    this.signal.addEventListener('abort', () => this.#complete.reject(new Error('the client is gone')), { once: true });
  }

  get signal(): AbortSignal {
    return this.#connection.signal;
  }

  /** @throws Error if the client is gone, or has not opened them all in time; the connection is closed then */
  async opened(clock: Clock): Promise<Partial<Record<Kind, SpdyStream>>> {
    const cancel = clock.setTimeout(() => {
      this.#complete.reject(new Error('timed out waiting for client to create streams'));
      this.#connection.close();
    }, CREATION_MILLISECONDS);
    try {
      await this.#complete.promise;
      return this.#streams;
    } finally {
      cancel();
    }
  }

  /** Waits for the client to close, for some time, then closes. */
  async leave(clock: Clock): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimeout(() => this.#connection.close(), LINGER_MILLISECONDS);
      this.signal.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }

  #add(stream: SpdyStream): void {
    const kind = stream.headers['streamtype'] ?? '';
    if (!this.#expected.has(kind) || this.#streams[kind] !== undefined) throw new Error(`unexpected stream type: "${kind}"`);
    this.#streams[kind] = stream;
    // What a client says where only this side speaks is let go, so that the stream can end.
    if (kind !== 'stdin' && kind !== 'resize') stream.resume();
    if (Object.keys(this.#streams).length === this.#expected.size) this.#complete.resolve(undefined);
  }
}

/** v4 tells a Status; before that, words, and only if something went wrong. */
function endingOf(status: Status, protocol: string): string {
  if (protocol.startsWith('v4')) return JSON.stringify(status);
  return status.status === 'Success' ? '' : (status.message ?? '');
}

/** @returns the protocol that both speak, undefined if the client named none. @throws Error after the client was told that there is none */
function accept({ request, socket }: UpgradeRequest, protocols: readonly string[]): string | undefined {
  const negotiation = negotiateProtocol(request.headers, protocols);
  if ('refusal' in negotiation) {
    socket.end(negotiation.refusal);
    throw new Error(`the client speaks none of ${protocols.join(', ')}`);
  }
  socket.write(switchingToSpdy(negotiation.protocol));
  return negotiation.protocol;
}

/** The connection from behind the upgrade on. */
function transportOf({ head, socket }: UpgradeRequest): Duplex {
  if (head.length > 0) socket.unshift(head);
  return socket;
}
