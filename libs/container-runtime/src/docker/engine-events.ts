import type Docker from 'dockerode';
import { sleep, type Clock } from '@keelson/apimachinery';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { RuntimeEvent } from '../container-runtime';
import { LABEL } from './names';

const RECONNECT_MS = 1000;
const TYPES: Readonly<Record<string, RuntimeEvent['type']>> = { start: 'started', die: 'exited', destroy: 'removed' };

type Listener = (event: RuntimeEvent | undefined) => void;

/** See {@link ContainerRuntime.watch}. Never rejects for a lost engine: it tries again, once a second. */
export async function watchEngine(
  docker: Docker,
  options: { node: string; clock: Clock; signal: AbortSignal; listener: Listener },
): Promise<void> {
  const { node, clock, signal, listener } = options;
  const filters = JSON.stringify({ type: ['container'], event: Object.keys(TYPES), label: [`${LABEL.node}=${node}`] });
  while (!signal.aborted) {
    try {
      const stream = (await docker.getEvents({ filters, abortSignal: signal })) as Readable;
      // What happened before the stream began wasn't seen.
      listener(undefined);
      await deliver(stream, listener, signal);
    } catch {
      // The engine is away, which the kubelet hears from its other calls; here it only means to come back.
    }
    await sleep(clock, RECONNECT_MS, signal);
  }
}

async function deliver(stream: Readable, listener: Listener, signal: AbortSignal): Promise<void> {
  const abort = (): void => void stream.destroy();
  stream.on('error', () => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    for await (const line of createInterface({ input: stream })) {
      const event = parseEvent(line);
      if (event !== undefined) listener(event);
    }
  } finally {
    signal.removeEventListener('abort', abort);
    stream.destroy();
  }
}

/** @returns undefined for a line that isn't about a pod's container */
export function parseEvent(line: string): RuntimeEvent | undefined {
  const message = JSON.parse(line) as { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } };
  const type = TYPES[message.Action ?? ''];
  const podUid = message.Actor?.Attributes?.[LABEL.podUid];
  if (type === undefined || podUid === undefined) return undefined;
  return { type, podUid, containerId: message.Actor?.ID ?? '' };
}
