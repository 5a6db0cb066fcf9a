import { pods } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { BindPlugin } from '../../framework/plugin';
import type { PodState } from '../../state/pod-state';

/** Creates the pod's Binding. */
export class DefaultBinder implements BindPlugin {
  readonly name = 'DefaultBinder';
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async bind({ pod, uid }: PodState, nodeName: string): Promise<void> {
    const { namespace, name } = pod.metadata;
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name, uid }, target: { kind: 'Node', name: nodeName } };
    await this.#client.resource(pods).createSubresource({ namespace, name }, 'binding', body);
  }
}
