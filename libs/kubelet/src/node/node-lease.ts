import { formatMicroTime, sleep, StatusError, type Clock } from '@keelson/apimachinery';
import { leases, type Lease } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { ReadonlyNode } from '../pod/types';

const NAMESPACE = 'kube-node-lease';
/** A quarter of the lease's duration, as upstream. */
const RENEWALS_PER_DURATION = 4;

export interface NodeLeaseDeps {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly nodeName: string;
  /** `nodeLeaseDurationSeconds`. */
  readonly durationSeconds: number;
  readonly node: () => ReadonlyNode | undefined;
}

/** The node's heartbeat: a Lease of its name, renewed until the kubelet ends. What fails is tried again at the next beat. */
export class NodeLease {
  readonly #deps: NodeLeaseDeps;
  #lease: Lease | undefined;

  constructor(deps: NodeLeaseDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, durationSeconds } = this.#deps;
    while (!signal.aborted) {
      await this.#renew(signal).catch((error: unknown) => {
        this.#lease = undefined;
        if (!signal.aborted) log.warn('Renewing the lease of the node failed', { error });
      });
      await sleep(clock, (durationSeconds * 1000) / RENEWALS_PER_DURATION, signal);
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { client, nodeName, clock } = this.#deps;
    const name = { namespace: NAMESPACE, name: nodeName };
    const renewTime = formatMicroTime(clock.now());
    const current = this.#lease ?? (await this.#read(signal));
    if (current === undefined) {
      this.#lease = await client
        .resource(leases)
        .create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...this.#fresh(renewTime) }, { signal });
      return;
    }
    const spec = { ...current.spec, holderIdentity: nodeName, leaseDurationSeconds: this.#deps.durationSeconds, renewTime };
    this.#lease = await client.resource(leases).update({ ...current, metadata: { ...current.metadata, ...name }, spec }, { signal });
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#deps.client.resource(leases).get({ namespace: NAMESPACE, name: this.#deps.nodeName }, { signal });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Owned by the node, so that it goes with it. */
  #fresh(renewTime: string): { metadata: Partial<Lease['metadata']>; spec: Lease['spec'] } {
    const { nodeName, durationSeconds, node } = this.#deps;
    const uid = node()?.metadata.uid;
    const ownerReferences = uid === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }];
    return {
      metadata: { namespace: NAMESPACE, name: nodeName, ownerReferences },
      spec: { holderIdentity: nodeName, leaseDurationSeconds: durationSeconds, renewTime },
    };
  }
}
