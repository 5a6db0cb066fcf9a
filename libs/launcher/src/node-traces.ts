import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { openDockerRuntime, removePodNetwork, RuntimeUnavailable } from '@keelson/container-runtime';
import { createNft } from '@keelson/netfilter';
import { cleanUp } from '@keelson/proxy';
import { removeAddonImages } from './addons';
import type { ClusterFolder } from './cluster-folder';
import { POD_RANGE } from './daemon-specs';
import { entriesOf, removePodLogs } from './pod-logs';

/** The kubelets' bridge, as `--pod-network-bridge` has it by default. */
const POD_NETWORK = 'keelson0';
/** Each kubelet of a node with real containers keeps a folder of this name. */
const KUBELET_FOLDER = /^kubelet-(.+)$/;

/** A node with real containers on this machine. */
export interface LocalNode {
  readonly name: string;
  /** The kubelet's folder, absolute. */
  readonly root: string;
}

/** The nodes with real containers that ever ran in this cluster, whether its settings can still be read or not. */
export function dockerNodes(folder: ClusterFolder): readonly LocalNode[] {
  const data = folder.data('');
  if (!existsSync(data)) return [];
  return readdirSync(data).flatMap((entry) => {
    const name = KUBELET_FOLDER.exec(entry)?.[1];
    return name === undefined ? [] : [{ name, root: join(data, entry) }];
  });
}

/**
 * Removes what `nodes` have left in the machine: sandboxes with their containers and logs, the rules of Services, and if asked to
 * their network and the images of addons.
 */
export type RemoveNodeTraces = (nodes: readonly LocalNode[], options: { readonly network: boolean }) => Promise<void>;

export const removeNodeTraces: RemoveNodeTraces = async (nodes, { network }) => {
  if (nodes.length === 0) return;
  try {
    for (const node of nodes) await removePods(node);
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

/** A container's log goes with it, so a pod that has none any more needs no folder for logs. */
async function removePods({ name, root }: LocalNode): Promise<void> {
  // A pod whose sandbox is gone may still have its folder, and one that has ended has only its sandbox.
  const uids = new Set(await entriesOf(join(root, 'pods')));
  try {
    const runtime = await openDockerRuntime({ node: name, clock: systemClock, log: silentLogger });
    const sandboxes = await runtime.sandboxes();
    for (const { pod } of sandboxes) uids.add(pod.uid);
    await Promise.all(sandboxes.map(({ id }) => runtime.stopSandbox(id).then(() => runtime.removeSandbox(id))));
  } finally {
    await removePodLogs(uids);
  }
}
