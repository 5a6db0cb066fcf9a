/** As upstream's metrics call them. */
export type ExtensionPoint = 'PreFilter' | 'Filter' | 'PreScore' | 'Score' | 'Bind';

export interface PointRun {
  readonly profile: string;
  readonly status: 'Success' | 'Unschedulable' | 'Error';
  /** Milliseconds, for all plugins and, where there are several, all nodes. */
  readonly duration: number;
}

/** Hears what a cycle does, for metrics. */
export interface CycleObserver {
  ranPoint(point: ExtensionPoint, run: PointRun): void;
  /** A plugin had its say about a pod, whether for one node or for many. */
  asked(plugin: string, point: ExtensionPoint, profile: string): void;
}
