import type { Logger } from '@keelson/component-base';
import { ConntrackMissingError, type Conntrack } from './conntrack';
import type { ProxiedPort } from './proxied-ports';
import { staleFlows, udpEndpoints } from './stale-udp-flows';

/** Ends the UDP flows that lead to endpoints of the past, whenever the endpoints of UDP Services change. */
export class UdpFlowCleaner {
  readonly #conntrack: Conntrack;
  readonly #log: Logger;
  /** The endpoints that the flows were last compared with; undefined before, and after a failure. */
  #cleaned: string | undefined;
  #isMissing = false;

  constructor(conntrack: Conntrack, log: Logger) {
    this.#conntrack = conntrack;
    this.#log = log;
  }

  /** To be called when the rules are written, so that no flow begins by the old ones afterwards. @returns how many flows it ended; failures are logged */
  async clean(ports: readonly ProxiedPort[]): Promise<number> {
    const endpoints = udpEndpoints(ports);
    const picture = JSON.stringify([...endpoints].map(([key, serving]) => [key, ...serving]).sort());
    if (this.#isMissing || picture === this.#cleaned) return 0;
    if (endpoints.size === 0) {
      this.#cleaned = picture;
      return 0;
    }
    try {
      const stale = staleFlows(await this.#conntrack.udpFlows(), endpoints);
      for (const flow of stale) await this.#conntrack.delete(flow);
      this.#cleaned = picture;
      return stale.length;
    } catch (error) {
      this.#isMissing = error instanceof ConntrackMissingError;
      this.#log.error('Could not end stale UDP flows; clients that keep their port may miss a new endpoint', { error });
      return 0;
    }
  }
}
