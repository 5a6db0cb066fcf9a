import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, type Clock } from '@keelson/apimachinery';
import { writeFileAtomically, type Logger } from '@keelson/component-base';
import { ensureLocalImage, referenceOf, removeLocalImages } from '@keelson/container-runtime';
import { programImage, repositoryOf } from '@keelson/program-image';
import type { ClusterFolder } from './cluster-folder';
import type { ClusterSettings } from './cluster-settings';

const DNS = 'cluster-dns';

/** Between two tries to make the addons' images, milliseconds: the engine may be starting yet. */
const RETRY_PERIOD = 5_000;

/** Where the addon manager of a cluster finds its manifests. A user may put others beside the folders that are the launcher's. */
export const addonFolder = (folder: ClusterFolder): string => folder.data('addons');

/** The addons of a cluster. Simulated nodes run nothing, and so there is nobody to ask a DNS and nothing that could answer. */
export const addonsOf = ({ runtime }: Pick<ClusterSettings, 'runtime'>): readonly string[] => (runtime === 'docker' ? [DNS] : []);

export interface AddonSource {
  /** The addon manager's, with a folder for each addon. */
  readonly folder: string;
  /** The folder of the build: programs in `apps`, manifests in `addons`. */
  readonly dist: string;
  /** By name, what a manifest has as `${NAME}`. */
  readonly values: Readonly<Record<string, string>>;
}

export interface EnsureAddonsOptions {
  /** Makes images and writes manifests; resolves to the references of the images. Rejects when the signal aborts. */
  readonly provide: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Makes the folders that {@link writeManifests} fills, so that the addon manager can watch them from its start. */
export async function makeAddonFolders(folder: string, addons: readonly string[]): Promise<void> {
  for (const name of addons) await mkdir(join(folder, name), { recursive: true, mode: 0o755 });
}

/** Has the addons provided: tries until it succeeds or the signal aborts. */
export async function ensureAddons({ clock, log, provide, signal }: EnsureAddonsOptions): Promise<void> {
  do {
    try {
      log.info('Provided the addons', { images: await provide() });
      return;
    } catch (error) {
      if (signal.aborted) return;
      log.error('The addons can not be provided yet', { error });
    }
    await sleep(clock, RETRY_PERIOD, signal);
  } while (!signal.aborted);
}

/** Makes the image of an addon out of this build, if Docker does not have it. @throws RuntimeUnavailable without an engine */
export async function ensureAddonImage(name: string, dist: string): Promise<{ readonly image: string; readonly isNew: boolean }> {
  const image = await programImage({ name, dist });
  return { isNew: await ensureLocalImage(image), image: referenceOf(image) };
}

/** Takes the images of all addons away. @throws RuntimeUnavailable without an engine */
export async function removeAddonImages(): Promise<void> {
  for (const name of addonsOf({ runtime: 'docker' })) await removeLocalImages(repositoryOf(name));
}

/** `CLUSTER_DNS_IMAGE` for `cluster-dns`. */
const imageVariable = (name: string): string => `${name.toUpperCase().replaceAll('-', '_')}_IMAGE`;

/** Writes the manifests of an addon with their values, and removes those of an earlier version, whose objects then go. */
export async function writeManifests(
  name: string,
  { dist, folder, image, values }: AddonSource & { readonly image: string },
): Promise<void> {
  const [from, to] = [join(dist, 'addons', name), join(folder, name)];
  const all = { ...values, [imageVariable(name)]: image };
  const files = await readdir(from);
  for (const file of files)
    await writeFileAtomically(join(to, file), filledIn(file, await readFile(join(from, file), 'utf8'), all), { mode: 0o644 });
  for (const file of await readdir(to)) if (!files.includes(file)) await rm(join(to, file));
}

function filledIn(file: string, text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
    const value = values[variable];
    if (value === undefined) throw new Error(`${file} needs a value for ${variable}, and there is none`);
    return value;
  });
}
