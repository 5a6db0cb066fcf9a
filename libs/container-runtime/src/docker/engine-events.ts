import { sleep } from '@keelson/apimachinery';
import type { RuntimeEvent } from '../container-runtime';
import type { Engine } from './engine';
import { engineMessage } from './engine-errors';
import { jsonLines } from './json-lines';
import { LABEL } from './names';

const RECONNECT_MS = 1000;
const TYPES: Readonly<Record<string, RuntimeEvent['type']>> = { start: 'started', die: 'exited', destroy: 'removed' };

type Listener = (event: RuntimeEvent | undefined) => void;

/** See {@link ContainerRuntime.watch}. Never rejects for a lost engine: it tries again, once a second. */
export async function watchEngine(engine: Engine, listener: Listener, signal: AbortSignal): Promise<void> {
  const { docker, node, clock, log } = engine;
  const filters = JSON.stringify({ type: ['container'], event: Object.keys(TYPES), label: [`${LABEL.node}=${node}`] });
  while (!signal.aborted) {
    try {
      const stream = await docker.getEvents({ filters, abortSignal: signal });
      // What happened before the stream began wasn't seen.
      listener(undefined);
      for await (const message of jsonLines(stream, signal)) {
        const event = eventOf(message as EngineMessage);
        if (event !== undefined) listener(event);
      }
    } catch (error) {
      log.v(2, 'Lost the events of the container engine and tries again', { error: engineMessage(error) });
    }
    await sleep(clock, RECONNECT_MS, signal);
  }
}

interface EngineMessage {
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** @returns undefined for a message that isn't about a pod's container */
export function eventOf({ Action: action = '', Actor: actor }: EngineMessage): RuntimeEvent | undefined {
  const type = TYPES[action];
  const podUid = actor?.Attributes?.[LABEL.podUid];
  if (type === undefined || podUid === undefined) return undefined;
  return { type, podUid, containerId: actor?.ID ?? '' };
}
