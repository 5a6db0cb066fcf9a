import type { Node } from '@keelson/api';
import type { Clock, DeepReadonly } from '@keelson/apimachinery';

/** The Cluster Autoscaler puts it on nodes that it is about to remove. */
const TO_BE_DELETED_TAINT = 'ToBeDeletedByClusterAutoscaler';

/** What /healthz and /livez answer, upstream's JSON. */
export interface HealthReport {
  readonly lastUpdated: string;
  readonly currentTime: string;
  /** Only on /healthz. */
  readonly nodeEligible?: boolean;
  readonly healthy: boolean;
  readonly status: Readonly<Record<string, { readonly lastUpdated: string; readonly healthy: boolean }>>;
}

export interface ProxyHealthOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds that a change may wait for its rules before the proxy counts as unhealthy. */
  readonly timeout: number;
  /** The machine's nodes that the cluster knows. */
  readonly nodes: () => readonly DeepReadonly<Node>[];
}

/** Whether the rules keep up with the cluster: the proxy is unhealthy when a change has waited too long for its rules. */
export class ProxyHealth {
  readonly #options: ProxyHealthOptions;
  #updatedAt: number;
  /** When the oldest change came that isn't in the rules yet. */
  #pendingSince: number | undefined;
  #latestChange = -Infinity;

  constructor(options: ProxyHealthOptions) {
    this.#options = options;
    this.#updatedAt = options.clock.now();
  }

  /** A change has come that the rules must follow. */
  queued(): void {
    this.#latestChange = this.#options.clock.now();
    this.#pendingSince ??= this.#latestChange;
  }

  /** The rules are as the cluster told at `time`, when the sync began; changes that came later are still pending. */
  updated(time: number): void {
    this.#pendingSince = this.#latestChange > time ? this.#latestChange : undefined;
    this.#updatedAt = this.#options.clock.now();
  }

  get isHealthy(): boolean {
    const { clock, timeout } = this.#options;
    return this.#pendingSince === undefined || clock.now() - this.#pendingSince < timeout;
  }

  /** @returns for /livez: whether to restart the proxy */
  report(): HealthReport {
    const healthy = this.isHealthy;
    const updated = new Date(this.#updatedAt).toISOString();
    const now = new Date(this.#options.clock.now()).toISOString();
    return {
      // While nothing is wrong this is the present, as when upstream still wrote the rules all the time.
      lastUpdated: healthy ? now : updated,
      currentTime: now,
      healthy,
      status: { IPv4: { lastUpdated: updated, healthy } },
    };
  }

  /** @returns for /healthz: whether a load balancer may send traffic here. A node that is about to go gets no new connections (KEP-3836). */
  reportWithNode(): HealthReport & { readonly nodeEligible: boolean } {
    return { ...this.report(), nodeEligible: this.#options.nodes().some(isEligible) };
  }
}

function isEligible({ metadata, spec }: DeepReadonly<Node>): boolean {
  return metadata.deletionTimestamp === undefined && spec.taints?.some(({ key }) => key === TO_BE_DELETED_TAINT) !== true;
}
