import { Duplex } from 'node:stream';
import type { SpdyHeaders } from './header-codec';
import { ReceiveCredit } from './receive-credit';
import { INITIAL_WINDOW, SendWindow } from './send-window';

/** What a stream asks of the connection that carries it. */
export interface StreamLink {
  /** Resolves when the connection has room for more. Rejects if the stream or the connection is gone. */
  send(stream: SpdyStream, data: Buffer): Promise<void>;
  finish(stream: SpdyStream): void;
  /** Tells the peer that the stream is over, both ways. */
  reset(stream: SpdyStream): void;
  /** `bytes` have been read by whom they are for. */
  granted(stream: SpdyStream, bytes: number): void;
  /** Whether the reader is so far behind that the connection had better wait for it. */
  isBehind(stream: SpdyStream, behind: boolean): void;
}

export interface SpdyStreamOptions {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly sendWindow: number;
  readonly link: StreamLink;
}

/**
 * One stream of a connection. Ending it closes this half and leaves the other open; destroying it resets both. A peer that resets it
 * makes it close without an error, as upstream's clients do to say that they want no more.
 */
export class SpdyStream extends Duplex {
  readonly id: number;
  /** What it was opened with. */
  readonly headers: SpdyHeaders;
  readonly sendWindow: SendWindow;
  readonly #link: StreamLink;
  readonly #credit = new ReceiveCredit();
  /** Bytes taken from the connection. Those not in the buffer any more have been read, whichever way the stream flows. */
  #received = 0;
  #granted = 0;
  /** The peer knows that it is over: it has reset the stream, or the connection is gone. */
  #isOver = false;
  #peerFinished = false;

  constructor({ headers, id, link, sendWindow }: SpdyStreamOptions) {
    super({ allowHalfOpen: true, readableHighWaterMark: INITIAL_WINDOW, writableHighWaterMark: INITIAL_WINDOW });
    this.id = id;
    this.headers = headers;
    this.sendWindow = new SendWindow(sendWindow);
    this.#link = link;
  }

  /** Data from the peer. */
  receive(data: Buffer): void {
    if (this.destroyed || this.#peerFinished) return;
    this.#received += data.length;
    this.push(data);
    // A peer that keeps to its window never gets here.
    if (this.readableLength > INITIAL_WINDOW) this.#link.isBehind(this, true);
    this.#account();
  }

  /** The peer will send no more. */
  receiveEnd(): void {
    if (this.destroyed || this.#peerFinished) return;
    this.#peerFinished = true;
    this.push(null);
  }

  /** The peer has reset the stream, or its connection is gone. What a peer sent before it finished its half can still be read. */
  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#peerFinished && !this.readableEnded) this.end();
    else this.destroy();
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    this.#account();
    return chunk;
  }

  override _read(): void {
    // Data comes when it comes; what is read is accounted for in `read`.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#isOver) done(new Error(`stream ${this.id} is over`));
    else this.#link.send(this, chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#isOver) this.#link.finish(this);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const isFinished = this.#peerFinished && this.writableFinished;
    if (!isFinished && !this.#isOver) this.#link.reset(this);
    this.#link.isBehind(this, false);
    done(error);
  }

  #account(): void {
    const read = this.#received - this.readableLength - this.#granted;
    if (read <= 0) return;
    this.#granted += read;
    if (this.readableLength <= INITIAL_WINDOW / 2) this.#link.isBehind(this, false);
    const delta = this.#peerFinished ? 0 : this.#credit.add(read);
    if (delta > 0) this.#link.granted(this, delta);
  }
}
