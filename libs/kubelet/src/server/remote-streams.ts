import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { Status } from '@keelson/apimachinery';
import type { TerminalSize } from '@keelson/container-runtime';

/** Which streams a client of exec or attach asks for, from its query. */
export interface StreamRequest {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The streams of a container's process, carried over one connection. */
export interface RemoteStreams {
  readonly stdin?: Readable;
  readonly stdout?: NodeJS.WritableStream;
  readonly stderr?: NodeJS.WritableStream;
  readonly resize?: AsyncIterable<TerminalSize>;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** Tells the client how it ended, once all output is written, and closes. */
  finish(status: Status): Promise<void>;
}

/** One forwarded connection. */
export interface ForwardedPort {
  readonly port: number;
  /** Its bytes, each half ended by itself. A client that wants no more closes it without an error. */
  readonly data: Duplex;
  /** Nothing more comes. `failure` tells the client what went wrong, if something did. */
  readonly end: (failure?: string) => void;
}

/** All connections that one client forwards. */
export interface ForwardedPorts {
  /** Ends when no more can come. */
  readonly ports: AsyncIterable<ForwardedPort>;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** All of them have ended. */
  readonly close: () => void;
}

/** A request that asks to switch protocols, as Node's HTTP server hands it over. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly query: URLSearchParams;
}

/**
 * One way to carry streams: WebSocket channels or SPDY/3.1. The server asks each in turn whether the request is its own.
 * Both methods reject if the client does not speak a version that is known; the connection has then been answered.
 */
export interface StreamProtocol {
  /** Whether the request asks for this protocol. */
  speaks(request: IncomingMessage): boolean;
  acceptStreams(upgrade: UpgradeRequest, wanted: StreamRequest): Promise<RemoteStreams>;
  acceptPorts(upgrade: UpgradeRequest): Promise<ForwardedPorts>;
}
