import type Docker from 'dockerode';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { connectDocker } from './connect-docker';
import { callEngine, isConflict, isNotFound, unlessGone } from './engine-errors';
import { readProgress } from './engine-progress';

/** One path of an image. Directories come before what is in them. */
export type ImageEntry =
  | { readonly type: 'directory'; readonly path: string; readonly mode: number }
  | {
      readonly type: 'file';
      readonly path: string;
      readonly mode: number;
      readonly size: number;
      readonly content: Buffer | { readonly file: string };
    };

/** An image that comes from no registry: this machine's own files. */
export interface LocalImage {
  /** `keelson/NAME`. */
  readonly repository: string;
  /** Another one for other content. */
  readonly tag: string;
  readonly entries: readonly ImageEntry[];
  /** As a Dockerfile has them: `ENTRYPOINT ["/bin/true"]`. */
  readonly instructions: readonly string[];
}

export const referenceOf = ({ repository, tag }: Pick<LocalImage, 'repository' | 'tag'>): string => `${repository}:${tag}`;

/**
 * Makes sure that the engine has `image`, and takes away what it has of the same repository and nobody uses.
 * @returns whether it had to be made
 * @throws RuntimeUnavailable without an engine; Error with the engine's words, or if a file can't be read
 */
export async function ensureLocalImage(image: LocalImage, { socketPath }: { readonly socketPath?: string } = {}): Promise<boolean> {
  const docker = await connectDocker(socketPath);
  if (await isThere(docker, referenceOf(image))) return false;
  await importImage(docker, image);
  await removeUnused(docker, image.repository, (reference) => reference !== referenceOf(image));
  return true;
}

async function isThere(docker: Docker, reference: string): Promise<boolean> {
  try {
    await callEngine(() => docker.getImage(reference).inspect());
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** The engine tags an image only once it has read the archive to its end, so that one cut off is never taken for whole. */
async function importImage(docker: Docker, { entries, instructions, repository, tag }: LocalImage): Promise<void> {
  const archive = pack();
  const reading = new AbortController();
  const filled = fill(archive, entries).catch((error: unknown) => archive.destroy(error as Error));
  try {
    const progress = await callEngine(() => docker.importImage(Readable.from(archive), { repo: repository, tag, changes: instructions }));
    await readProgress(progress, reading.signal);
  } finally {
    archive.destroy();
    await filled;
  }
}

async function fill(archive: Pack, entries: readonly ImageEntry[]): Promise<void> {
  for (const entry of entries) {
    const header = { name: entry.path.replace(/^\//, ''), mode: entry.mode, mtime: new Date(0) };
    if (entry.type === 'directory') archive.entry({ ...header, type: 'directory' });
    else if (Buffer.isBuffer(entry.content)) archive.entry(header, entry.content);
    else await pipeline(createReadStream(entry.content.file), archive.entry({ ...header, size: entry.size }));
  }
  archive.finalize();
}

/** Takes away all images of `repository` that nobody uses. @throws RuntimeUnavailable without an engine */
export async function removeLocalImages(repository: string, { socketPath }: { readonly socketPath?: string } = {}): Promise<void> {
  await removeUnused(await connectDocker(socketPath), repository, () => true);
}

async function removeUnused(docker: Docker, repository: string, isDoomed: (reference: string) => boolean): Promise<void> {
  const images = await callEngine(() => docker.listImages({ filters: { reference: [repository] } }));
  for (const reference of images.flatMap(({ RepoTags: tags }) => tags ?? []).filter(isDoomed))
    await unlessGone(() => docker.getImage(reference).remove()).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
}
