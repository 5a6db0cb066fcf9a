import type { EndpointSliceMirroringOptions } from '@keelson/controller-endpointslice';
import type { NodeIpamControllerOptions } from '@keelson/controller-node-ipam';
import type { NodeLifecycleControllerOptions } from '@keelson/controller-node-lifecycle';

/** What the controllers are told; flags and files are read before. Times in milliseconds. */
export interface ControllerManagerConfig {
  /** As `--controllers`. */
  readonly controllers: readonly string[];
  readonly endpointUpdatesBatchPeriod: number;
  readonly maxEndpointsPerSlice: number;
  readonly mirroring: EndpointSliceMirroringOptions;
  readonly terminatedPodThreshold: number;
  readonly resourceQuotaSyncPeriod: number;
  /** Undefined without `--allocate-node-cidrs`. */
  readonly nodeIpam: NodeIpamControllerOptions | undefined;
  readonly nodeLifecycle: NodeLifecycleControllerOptions;
  /** PEM; undefined without `--root-ca-file`. */
  readonly rootCa: string | undefined;
  /** How many reconciles of one controller run at once, by the name that the controller gives itself. */
  readonly concurrency: Readonly<Record<string, number>>;
}
