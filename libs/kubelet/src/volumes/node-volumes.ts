import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeepReadonly, Volume } from '@keelson/api';
import type { PodFacts } from '../env/downward-api';
import type { PodFiles } from '../files/pod-files';
import type { ReferencedObjects } from '../objects/referenced-objects';
import { wholeUnits } from '../pod/quantity';
import type { ReadonlyPod } from '../pod/types';
import { writeAtomically } from './atomic-writer';
import { prepareHostPath } from './host-path';
import type { Mounter } from './mounter';
import { VolumeProblem, type MountedVolumes, type PodVolumes } from './pod-volumes';
import type { ServiceAccountTokens } from './service-account-tokens';
import { giveToGroup } from './volume-ownership';
import { volumePayload } from './volume-payload';

export interface NodeVolumesDeps {
  readonly files: PodFiles;
  readonly mounter: Mounter;
  readonly objects: ReferencedObjects;
  readonly tokens: ServiceAccountTokens;
  readonly facts: (pod: ReadonlyPod) => PodFacts;
}

/** Volumes on this machine's disk and memory, below the kubelet's folder, at upstream's paths. */
export class NodeVolumes implements PodVolumes {
  readonly #deps: NodeVolumesDeps;

  constructor(deps: NodeVolumesDeps) {
    this.#deps = deps;
  }

  async mount(pod: ReadonlyPod): Promise<MountedVolumes> {
    this.#deps.objects.register(pod);
    const mounted = new Map<string, { hostPath: string; readOnly: boolean }>();
    for (const volume of pod.spec.volumes ?? []) {
      try {
        mounted.set(volume.name, await this.#mount(pod, volume));
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new VolumeProblem(`MountVolume.SetUp failed for volume "${volume.name}" : ${why}`, { cause });
      }
    }
    return mounted;
  }

  async tearDown(podUid: string): Promise<void> {
    this.#deps.objects.unregister(podUid);
    this.#deps.tokens.forget(podUid);
    await this.#deps.mounter.unmountAll(this.#deps.files.podDirectory(podUid));
    await this.#deps.files.remove(podUid);
  }

  leftovers(): Promise<readonly string[]> {
    return this.#deps.files.podUids();
  }

  async #mount(pod: ReadonlyPod, volume: DeepReadonly<Volume>): Promise<{ hostPath: string; readOnly: boolean }> {
    if (volume.hostPath !== undefined) {
      await prepareHostPath(volume.hostPath.path, volume.hostPath.type ?? '');
      return { hostPath: volume.hostPath.path, readOnly: false };
    }
    if (volume.emptyDir !== undefined) return { hostPath: await this.#emptyDir(pod, volume.name, volume.emptyDir), readOnly: false };
    const plugin = payloadPlugin(volume);
    if (plugin === undefined) throw new VolumeProblem('no volume plugin of this node supports it');
    return { hostPath: await this.#payload(pod, volume, plugin), readOnly: true };
  }

  async #emptyDir(
    pod: ReadonlyPod,
    name: string,
    { medium = '', sizeLimit }: NonNullable<DeepReadonly<Volume>['emptyDir']>,
  ): Promise<string> {
    const path = this.#path(pod, 'empty-dir', name);
    const isNew = (await mkdir(path, { recursive: true, mode: 0o755 })) !== undefined;
    if (medium === 'Memory') await this.#deps.mounter.mountMemory(path, sizeLimit === undefined ? undefined : wholeUnits(sizeLimit));
    else if (medium !== '') throw new VolumeProblem(`emptyDir medium ${JSON.stringify(medium)} is not supported`);
    if (!isNew) return path;
    await chmod(path, 0o777);
    const group = pod.spec.securityContext?.fsGroup;
    if (group !== undefined) await giveToGroup(path, group, { readOnly: false });
    return path;
  }

  /** Secrets and tokens are kept in memory, never on the disk. */
  async #payload(pod: ReadonlyPod, volume: DeepReadonly<Volume>, plugin: string): Promise<string> {
    const path = this.#path(pod, plugin, volume.name);
    await mkdir(path, { recursive: true, mode: 0o755 });
    if (plugin === 'secret' || plugin === 'projected') await this.#deps.mounter.mountMemory(path);
    const { objects, tokens, facts } = this.#deps;
    const payload = await volumePayload(pod, volume, { objects, tokens, facts: facts(pod) });
    const group = pod.spec.securityContext?.fsGroup;
    await writeAtomically(path, payload, async (folder) => {
      if (group !== undefined) await giveToGroup(folder, group, { readOnly: true });
    });
    return path;
  }

  #path(pod: ReadonlyPod, plugin: string, name: string): string {
    return join(this.#deps.files.volumesDirectory(pod.metadata.uid), `kubernetes.io~${plugin}`, name);
  }
}

function payloadPlugin({ configMap, secret, downwardAPI, projected }: DeepReadonly<Volume>): string | undefined {
  if (configMap !== undefined) return 'configmap';
  if (secret !== undefined) return 'secret';
  if (downwardAPI !== undefined) return 'downward-api';
  return projected === undefined ? undefined : 'projected';
}
