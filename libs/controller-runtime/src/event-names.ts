import { randomUUID } from 'node:crypto';
import { dns1123Subdomain, type Clock } from '@keelson/apimachinery';

/** Names events as client-go's GenerateEventName: the object's name and the nanoseconds of the epoch, in hexadecimal. */
export class EventNames {
  readonly #clock: Clock;
  /** Keeps apart the names of one millisecond. */
  #made = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next name for an event about the object `name`; a UUID where the object's name can't be part of an event's. */
  next(name: string): string {
    this.#made = (this.#made + 1) % 1_000_000;
    const nanoseconds = BigInt(Math.trunc(this.#clock.now())) * 1_000_000n + BigInt(this.#made);
    const eventName = `${name}.${nanoseconds.toString(16)}`;
    return dns1123Subdomain(eventName).length === 0 ? eventName : randomUUID();
  }
}
