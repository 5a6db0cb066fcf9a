import { StatusError, type KubernetesObject } from '@keelson/apimachinery';
import type { WatchEvent } from './api-client';

/** On the bookmark that closes the initial events of a watch (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

interface WireEvent<T> {
  readonly type: string;
  readonly object: T;
}

/**
 * Decodes one line of a watch response.
 * @throws StatusError if the event is an ERROR, or not an event at all
 */
export function decodeWatchEvent<T extends KubernetesObject>(line: string): WatchEvent<T> {
  const { type, object } = parse<T>(line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object };
    case 'BOOKMARK':
      return {
        type,
        resourceVersion: object.metadata.resourceVersion,
        initialEventsEnd: object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true',
      };
    case 'ERROR':
      throw new StatusError(object);
    default:
      throw StatusError.internal(new Error(`unknown watch event type ${JSON.stringify(type)}`));
  }
}

function parse<T>(line: string): WireEvent<T> {
  try {
    return JSON.parse(line) as WireEvent<T>;
  } catch (error) {
    throw StatusError.internal(new Error(`unable to decode watch event ${line.slice(0, 80)}`, { cause: error }));
  }
}
