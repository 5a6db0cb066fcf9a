import type { Duplex } from 'node:stream';
import type { Clock } from '@keelson/apimachinery';
import { SpdyConnection, type SpdyStream } from '@keelson/streaming';
import { AsyncQueue } from './async-queue';
import type { ForwardedPort, ForwardedPorts } from './remote-streams';

/** The second stream of a pair has this long to come (`--stream-creation-timeout` of CRI streaming). */
const CREATION_MILLISECONDS = 30_000;

/** A forwarded connection whose other stream has not come yet. */
interface HalfPair {
  readonly stream: SpdyStream;
  /** Stops waiting for the other one. */
  readonly cancel: () => void;
}

/** Connections that a client forwards, each a pair of streams: one for data, one for what went wrong. Any number at a time. */
export function acceptSpdyPorts(transport: Duplex, clock: Clock): ForwardedPorts {
  const ports = new AsyncQueue<ForwardedPort>();
  const pairs = new StreamPairs(clock, (port) => ports.push(port));
  const connection = new SpdyConnection(transport, { role: 'server', onStream: (stream) => pairs.add(stream) });
  connection.signal.addEventListener(
    'abort',
    () => {
      pairs.clear();
      ports.end();
    },
    { once: true },
  );
  return { ports, signal: connection.signal, close: () => connection.close() };
}

/** Finds what belongs together (k8s.io/cri-streaming/pkg/streaming/portforward). */
class StreamPairs {
  /** By request; what is complete is not in here any more. */
  readonly #halves = new Map<string, HalfPair>();
  readonly #clock: Clock;
  readonly #onPair: (port: ForwardedPort) => void;

  constructor(clock: Clock, onPair: (port: ForwardedPort) => void) {
    this.#clock = clock;
    this.#onPair = onPair;
  }

  /** @throws Error if its headers are not those of port-forward */
  add(stream: SpdyStream): void {
    const kind = kindOf(stream);
    const port = portOf(stream);
    const request = requestOf(stream, kind);
    // An error stream is for this side to write on; its other half has nothing but an end.
    if (kind === 'error') stream.resume();
    const half = this.#halves.get(request);
    if (half === undefined) return this.#wait(request, stream);
    if (kindOf(half.stream) === kind) throw new Error(`${kind} stream already assigned`);
    half.cancel();
    this.#halves.delete(request);
    const [data, errors] = kind === 'data' ? [stream, half.stream] : [half.stream, stream];
    this.#onPair(forwardedPort(port, data, errors));
  }

  clear(): void {
    for (const { cancel } of this.#halves.values()) cancel();
    this.#halves.clear();
  }

  #wait(request: string, stream: SpdyStream): void {
    const cancel = this.#clock.setTimeout(() => {
      this.#halves.delete(request);
      if (kindOf(stream) === 'error') stream.end(`(request=${request}) timed out waiting for streams`);
      else stream.destroy();
    }, CREATION_MILLISECONDS);
    this.#halves.set(request, { stream, cancel });
  }
}

function forwardedPort(port: number, data: SpdyStream, errors: SpdyStream): ForwardedPort {
  return {
    port,
    data,
    end: (failure = '') => {
      errors.end(failure);
      // Closes what is open still: after a failure both ways, else this half, if it was not ended with the data.
      if (failure === '') data.end();
      else data.destroy();
    },
  };
}

function kindOf({ headers: { streamtype = '' } }: SpdyStream): 'data' | 'error' {
  if (streamtype === '') throw new Error('"streamType" header is required');
  if (streamtype !== 'data' && streamtype !== 'error') throw new Error(`invalid stream type "${streamtype}"`);
  return streamtype;
}

function portOf({ headers: { port = '' } }: SpdyStream): number {
  if (port === '') throw new Error('"port" header is required');
  const number = Number(port);
  if (!/^\d+$/.test(port) || number > 65535) throw new Error(`unable to parse "${port}" as a port`);
  if (number < 1) throw new Error(`port "${port}" must be > 0`);
  return number;
}

/** Clients from before request ids open the error stream first and the data stream right after it; stream numbers go by two. */
function requestOf({ headers, id }: SpdyStream, kind: 'data' | 'error'): string {
  return headers['requestid'] ?? String(kind === 'error' ? id : id - 2);
}
