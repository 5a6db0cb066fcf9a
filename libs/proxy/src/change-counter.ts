import type { ProxyMetrics } from './proxy-metrics';

/** Counts the changes of Services and of endpoints, and those of them that no sync has taken up yet. */
export class ChangeCounter {
  readonly #metrics: Pick<ProxyMetrics, 'endpointChanges' | 'endpointChangesPending' | 'serviceChanges' | 'serviceChangesPending'>;

  constructor(metrics: ProxyMetrics) {
    this.#metrics = metrics;
  }

  serviceChanged(): void {
    this.#metrics.serviceChanges.inc();
    this.#metrics.serviceChangesPending.inc();
  }

  endpointsChanged(): void {
    this.#metrics.endpointChanges.inc();
    this.#metrics.endpointChangesPending.inc();
  }

  /** A sync starts, with all that has changed so far. */
  taken(): void {
    this.#metrics.serviceChangesPending.set(0);
    this.#metrics.endpointChangesPending.set(0);
  }
}
