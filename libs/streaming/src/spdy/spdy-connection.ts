import type { Duplex } from 'node:stream';
import { FrameParser } from './frame-parser';
import {
  dataFrame,
  GOAWAY,
  goawayFrame,
  pingFrame,
  RESET,
  rstStreamFrame,
  synReplyFrame,
  synStreamFrame,
  windowUpdateFrame,
  type SpdyFrame,
} from './frames';
import { HeaderDecoder, HeaderEncoder, type SpdyHeaders } from './header-codec';
import { SpdyProtocolError } from './protocol-error';
import { ReceiveCredit } from './receive-credit';
import { INITIAL_WINDOW, SendWindow } from './send-window';
import { SpdyStream, type StreamLink } from './spdy-stream';

/** Of the data of one DATA frame; small enough that streams take turns. */
const MAX_DATA_BYTES = 16 * 1024;
/** The connection's own window. */
const SESSION = 0;
/** Streams that a peer may have open at once; kubectl opens two a connection that it forwards. */
const MAX_STREAMS = 4096;

export interface SpdyConnectionOptions {
  /** A client's streams have odd numbers, a server's even ones. */
  readonly role: 'client' | 'server';
  /** A stream that the peer opened. Who does not want it throws; it is refused then. */
  readonly onStream: (stream: SpdyStream) => void;
}

/**
 * A SPDY/3.1 connection over any duplex: a socket after an upgrade, or a WebSocket tunnel.
 *
 * Windows: Kubernetes' own SPDY peers (moby/spdystream) know none. They never send a WINDOW_UPDATE and send as much as they like. So a
 * peer's windows bind this side only once the peer has shown that it keeps them, by SETTINGS or a WINDOW_UPDATE; and while a reader is more
 * than a window behind, the whole connection is not read, as upstream does. The transport's own back-pressure always counts.
 */
export class SpdyConnection {
  readonly #transport: Duplex;
  readonly #options: SpdyConnectionOptions;
  readonly #parser = new FrameParser();
  readonly #encoder = new HeaderEncoder();
  readonly #decoder = new HeaderDecoder();
  /** Those that are not over both ways. */
  readonly #streams = new Map<number, SpdyStream>();
  /** Streams whose readers are behind. The transport is paused exactly while there are some. */
  readonly #behind = new Set<SpdyStream>();
  readonly #gone = new AbortController();
  readonly #sessionWindow = new SendWindow(INITIAL_WINDOW);
  readonly #sessionCredit = new ReceiveCredit();
  readonly #link: StreamLink;
  /** Senders that wait for a window to open. */
  #waiting: (() => void)[] = [];
  #peerKeepsWindows = false;
  #streamWindow = INITIAL_WINDOW;
  #nextId: number;
  /** Of the peer's streams; numbers only grow. */
  #lastPeerId = 0;

  constructor(transport: Duplex, options: SpdyConnectionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#nextId = options.role === 'client' ? 1 : 2;
    this.#link = this.#makeLink();
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    transport.on('end', () => this.#end());
    transport.on('error', () => this.#end());
    transport.on('close', () => this.#end());
  }

  /** Aborts when the connection is gone, whoever ended it. All its streams are over then. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Opens a stream to the peer. It can be written to at once. */
  open(headers: SpdyHeaders): SpdyStream {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#add(id, headers);
    this.#write(synStreamFrame(id, this.#encoder.encode(headers)));
    return stream;
  }

  /** Says good-bye and closes. What has been written before still arrives; unfinished streams are over. */
  close(): void {
    if (this.#gone.signal.aborted) return;
    this.#write(goawayFrame(this.#lastPeerId, GOAWAY.ok));
    this.#end();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#parser.push(chunk)) {
        if (this.#gone.signal.aborted) return;
        this.#handle(frame);
      }
    } catch (error) {
      if (!(error instanceof SpdyProtocolError)) throw error;
      this.#write(goawayFrame(this.#lastPeerId, GOAWAY.protocolError));
      this.#end();
    }
  }

  #handle(frame: SpdyFrame): void {
    switch (frame.type) {
      case 'data':
        return this.#onData(frame);
      case 'syn-stream':
        return this.#onSynStream(frame);
      case 'syn-reply':
      case 'headers':
        // What they say is of no use to Kubernetes, but the decoder must have seen every block.
        this.#decoder.decode(frame.block);
        if (frame.fin) this.#streams.get(frame.streamId)?.receiveEnd();
        return;
      case 'rst-stream':
        return this.#streams.get(frame.streamId)?.over();
      case 'settings':
        return this.#onSettings(frame.initialWindow);
      case 'ping':
        return this.#onPing(frame.id);
      case 'goaway':
        return this.#end();
      case 'window-update':
        return this.#onWindowUpdate(frame.streamId, frame.delta);
    }
  }

  #onSynStream({ block, fin, streamId, unidirectional }: Extract<SpdyFrame, { type: 'syn-stream' }>): void {
    const headers = this.#decoder.decode(block);
    const parity = this.#options.role === 'client' ? 0 : 1;
    if (streamId % 2 !== parity || streamId <= this.#lastPeerId)
      throw new SpdyProtocolError(`stream ${streamId} can not be opened after stream ${this.#lastPeerId}`);
    this.#lastPeerId = streamId;
    if (this.#streams.size >= MAX_STREAMS) return this.#write(rstStreamFrame(streamId, RESET.refusedStream));
    const stream = this.#add(streamId, headers);
    try {
      this.#options.onStream(stream);
    } catch {
      this.#write(rstStreamFrame(streamId, RESET.refusedStream));
      return stream.over();
    }
    if (unidirectional) stream.end();
    else this.#write(synReplyFrame(streamId, this.#encoder.encode({})));
    if (fin) stream.receiveEnd();
  }

  #onData({ data, fin, streamId }: Extract<SpdyFrame, { type: 'data' }>): void {
    const delta = this.#sessionCredit.add(data.length);
    if (delta > 0) this.#write(windowUpdateFrame(SESSION, delta));
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onStrayData(streamId);
    if (data.length > 0) stream.receive(data);
    if (fin) stream.receiveEnd();
  }

  /** Of a stream that is over, it was under way when the peer heard of that; of one that never was, the peer is to hear. */
  #onStrayData(streamId: number): void {
    const isPeers = streamId % 2 === (this.#options.role === 'client' ? 0 : 1);
    const wasThere = isPeers ? streamId <= this.#lastPeerId : streamId < this.#nextId;
    if (!wasThere) this.#write(rstStreamFrame(streamId, RESET.invalidStream));
  }

  #onSettings(initialWindow: number | undefined): void {
    if (initialWindow === undefined) return;
    this.#peerKeepsWindows = true;
    for (const stream of this.#streams.values()) stream.sendWindow.widen(initialWindow - this.#streamWindow);
    this.#streamWindow = initialWindow;
    this.#wake();
  }

  #onWindowUpdate(streamId: number, delta: number): void {
    this.#peerKeepsWindows = true;
    const stream = this.#streams.get(streamId);
    const isValid = streamId === SESSION ? this.#sessionWindow.widen(delta) : (stream?.sendWindow.widen(delta) ?? true);
    if (!isValid && streamId === SESSION) throw new SpdyProtocolError(`the connection's window can not be widened by ${delta}`);
    if (!isValid) {
      this.#write(rstStreamFrame(streamId, RESET.flowControlError));
      stream?.over();
    }
    this.#wake();
  }

  /** Only the peer's own pings are to be answered. */
  #onPing(id: number): void {
    if (id % 2 === (this.#options.role === 'client' ? 0 : 1)) this.#write(pingFrame(id));
  }

  #add(id: number, headers: SpdyHeaders): SpdyStream {
    const stream = new SpdyStream({ id, headers, sendWindow: this.#streamWindow, link: this.#link });
    this.#streams.set(id, stream);
    // Whoever reads or writes it hears of the error by its own means; one that nobody listens to must not end the process.
    stream.on('error', () => undefined);
    stream.on('close', () => {
      this.#streams.delete(id);
      this.#wake();
    });
    return stream;
  }

  #makeLink(): StreamLink {
    return {
      send: (stream, data) => this.#send(stream, data),
      finish: ({ id }) => this.#write(dataFrame(id, Buffer.alloc(0), true)),
      reset: ({ id }) => this.#write(rstStreamFrame(id, RESET.cancel)),
      granted: ({ id }, bytes) => this.#write(windowUpdateFrame(id, bytes)),
      isBehind: (stream, behind) => this.#setBehind(stream, behind),
    };
  }

  async #send(stream: SpdyStream, data: Buffer): Promise<void> {
    for (let offset = 0; offset < data.length;) {
      if (stream.destroyed || this.#gone.signal.aborted) throw new Error(`stream ${stream.id} is over`);
      const room = this.#peerKeepsWindows ? Math.min(stream.sendWindow.left, this.#sessionWindow.left) : MAX_DATA_BYTES;
      if (room <= 0) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      const piece = data.subarray(offset, offset + Math.min(room, MAX_DATA_BYTES));
      offset += piece.length;
      stream.sendWindow.spend(piece.length);
      this.#sessionWindow.spend(piece.length);
      await this.#written(dataFrame(stream.id, piece, false));
    }
  }

  #wake(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
  }

  #setBehind(stream: SpdyStream, behind: boolean): void {
    const wasPaused = this.#behind.size > 0;
    if (behind) this.#behind.add(stream);
    else this.#behind.delete(stream);
    const isPaused = this.#behind.size > 0;
    if (isPaused && !wasPaused) this.#transport.pause();
    if (!isPaused && wasPaused) this.#transport.resume();
  }

  #write(bytes: Buffer): void {
    if (this.#transport.writable) this.#transport.write(bytes);
  }

  /** Resolves when the bytes have left, or never will. */
  #written(bytes: Buffer): Promise<void> {
    if (!this.#transport.writable) return Promise.resolve();
    return new Promise((resolve) => this.#transport.write(bytes, () => resolve()));
  }

  #end(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort(new Error('the connection is gone'));
    for (const stream of this.#streams.values()) stream.over();
    this.#wake();
    // What still comes is of no interest, and must not keep the transport from closing.
    this.#transport.resume();
    this.#transport.end(() => this.#transport.destroy());
  }
}
