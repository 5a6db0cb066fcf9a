import { nodes, pods } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import { ApiEventRecorder, dropManagedFields, InformerFactory } from '@keelson/controller-runtime';
import type { HollowNodeApi } from './run-hollow-nodes';

export interface OpenHollowNodeDeps {
  /** Acts as the node. Its transport is closed with the node. */
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Begins to watch what a kubelet watches: the pods of its node, and its node, each by a selector, as the apiserver allows a node no more. */
export function openHollowNode(nodeName: string, { client, clock, log, signal }: OpenHollowNodeDeps): HollowNodeApi {
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  const api = {
    client,
    pods: informers.informer(pods, { fieldSelector: `spec.nodeName=${nodeName}` }),
    node: informers.informer(nodes, { fieldSelector: `metadata.name=${nodeName}` }),
    recorder: new ApiEventRecorder({ client, source: { component: 'kubelet', host: nodeName }, clock, log, signal }),
    async close() {
      await informers.stopped();
      await client.transport.close();
    },
  };
  informers.start(signal);
  return api;
}
