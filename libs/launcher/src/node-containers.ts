import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { DockerRuntime, removePodNetwork, RuntimeUnavailable } from '@keelson/container-runtime';
import { POD_RANGE } from './daemon-specs';

/** The kubelets' bridge, as `--pod-network-bridge` has it by default. */
const POD_NETWORK = 'keelson0';

/** Removes the sandboxes, and with them the containers, that belong to `nodes`; and their network if asked to. */
export async function removeContainers(nodes: readonly string[], { network }: { readonly network: boolean }): Promise<void> {
  try {
    for (const node of nodes) {
      const runtime = new DockerRuntime({ node, clock: systemClock, log: silentLogger });
      const sandboxes = await runtime.sandboxes();
      await Promise.all(sandboxes.map(({ id }) => runtime.stopSandbox(id).then(() => runtime.removeSandbox(id))));
    }
    if (network) await removePodNetwork({ name: POD_NETWORK, subnet: POD_RANGE });
  } catch (error) {
    // With Docker gone, so are the containers.
    if (!(error instanceof RuntimeUnavailable)) throw error;
  }
}
