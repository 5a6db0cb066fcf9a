import { existsSync, readdirSync } from 'node:fs';
import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { openDockerRuntime, removePodNetwork, RuntimeUnavailable } from '@keelson/container-runtime';
import { createNft } from '@keelson/netfilter';
import { cleanUp } from '@keelson/proxy';
import { removeAddonImages } from './addons';
import type { ClusterFolder } from './cluster-folder';
import { POD_RANGE } from './daemon-specs';

/** The kubelets' bridge, as `--pod-network-bridge` has it by default. */
const POD_NETWORK = 'keelson0';
/** Each kubelet of a node with real containers keeps a folder of this name. */
const KUBELET_FOLDER = /^kubelet-(.+)$/;

/** The names of the nodes with real containers that ever ran in this cluster, whether its settings can still be read or not. */
export function dockerNodes(folder: ClusterFolder): readonly string[] {
  const data = folder.data('');
  return existsSync(data) ? readdirSync(data).flatMap((name) => KUBELET_FOLDER.exec(name)?.[1] ?? []) : [];
}

/**
 * Removes what `nodes` have left in the machine: sandboxes with their containers, the rules of Services, and if asked to
 * their network and the images of addons.
 */
export type RemoveNodeTraces = (nodes: readonly string[], options: { readonly network: boolean }) => Promise<void>;

export const removeNodeTraces: RemoveNodeTraces = async (nodes, { network }) => {
  if (nodes.length === 0) return;
  try {
    for (const node of nodes) await removeContainers(node);
    if (network) {
      await removePodNetwork({ name: POD_NETWORK, subnet: POD_RANGE });
      await removeAddonImages();
    }
  } catch (error) {
    // With Docker gone, so are the containers.
    if (!(error instanceof RuntimeUnavailable)) throw error;
  }
  // Without nft there were no rules to write.
  await cleanUp(createNft()).catch(() => undefined);
};

async function removeContainers(node: string): Promise<void> {
  const runtime = await openDockerRuntime({ node, clock: systemClock, log: silentLogger });
  const sandboxes = await runtime.sandboxes();
  await Promise.all(sandboxes.map(({ id }) => runtime.stopSandbox(id).then(() => runtime.removeSandbox(id))));
}
