import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, normalize, sep } from 'node:path';
import { VolumeProblem } from './pod-volumes';

export interface VolumeFile {
  readonly content: Uint8Array;
  readonly mode: number;
}

/** The files of a volume by their paths in it. */
export type VolumePayload = ReadonlyMap<string, VolumeFile>;

const DATA = '..data';
const NEW_DATA = '..data_tmp';
const FOLDER_PREFIX = '..data-';

/**
 * Makes `directory` show exactly `payload`, and all of it at once: the files are in a folder of their own, `..data` is a link to it that
 * is swapped by one rename, and each top-level name is a link into `..data` (upstream: pkg/volume/util/atomic_writer.go).
 * A crash at any point leaves the old or the new state, and at worst a folder that the next write removes.
 * @param finish sets owners before anyone sees the files
 * @returns whether anything changed
 * @throws VolumeProblem if a path is absolute or leads out of the volume
 */
export async function writeAtomically(
  directory: string,
  payload: VolumePayload,
  finish: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  for (const path of payload.keys()) checkPath(path);
  const current = await readlink(join(directory, DATA)).catch(absent);
  if (current !== undefined && (await holds(join(directory, current), payload))) {
    await removeLeftovers(directory, current);
    return false;
  }
  const folder = await mkdtemp(join(directory, FOLDER_PREFIX));
  const name = basename(folder);
  await writeFiles(folder, payload);
  await finish(folder);
  await rm(join(directory, NEW_DATA), { force: true });
  await symlink(name, join(directory, NEW_DATA));
  await rename(join(directory, NEW_DATA), join(directory, DATA));
  await linkNames(directory, payload);
  await removeLeftovers(directory, name);
  return true;
}

function checkPath(path: string): void {
  const normal = normalize(path);
  if (path === '' || path.startsWith('/') || normal === '..' || normal.startsWith(`..`))
    throw new VolumeProblem(`invalid path ${JSON.stringify(path)} in a volume`);
}

async function writeFiles(folder: string, payload: VolumePayload): Promise<void> {
  await chmod(folder, 0o755);
  for (const [path, { content, mode }] of payload) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, content, { mode });
    await chmod(file, mode);
  }
}

async function holds(folder: string, payload: VolumePayload): Promise<boolean> {
  const present = await filesBelow(folder).catch(absent);
  if (present?.length !== payload.size) return false;
  for (const [path, { content }] of payload) {
    const bytes = await readFile(join(folder, path)).catch(absent);
    if (bytes === undefined || !bytes.equals(content)) return false;
  }
  return true;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Links for new top-level names, and none for those that are gone. */
async function linkNames(directory: string, payload: VolumePayload): Promise<void> {
  const names = new Set([...payload.keys()].map((path) => normalize(path).split(sep)[0] ?? path));
  const visible = (await readdir(directory)).filter((name) => !name.startsWith('..'));
  for (const name of names) if (!visible.includes(name)) await symlink(join(DATA, name), join(directory, name));
  for (const name of visible) if (!names.has(name)) await rm(join(directory, name), { force: true });
}

async function removeLeftovers(directory: string, kept: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('..') || name === kept) continue;
    if ((await lstat(join(directory, name))).isDirectory()) await rm(join(directory, name), { recursive: true, force: true });
  }
}

function absent(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'EINVAL') throw error;
}
