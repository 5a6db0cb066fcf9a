import type { Cidr } from '@keelson/apimachinery';

/** What the controllers are told; flags are read before. Times in milliseconds. */
export interface CloudControllerManagerConfig {
  /** As `--controllers`. */
  readonly controllers: readonly string[];
  readonly clusterName: string;
  readonly clusterCidrs: readonly Cidr[];
  readonly configureCloudRoutes: boolean;
  readonly routeReconciliationPeriod: number;
  readonly nodeMonitorPeriod: number;
  readonly nodeStatusUpdateFrequency: number;
  /** How many reconciles of one controller run at once, by the name that the controller gives itself. */
  readonly concurrency: Readonly<Record<string, number>>;
}
