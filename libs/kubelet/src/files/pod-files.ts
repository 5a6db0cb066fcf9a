import { chmod, lstat, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { StartProblem } from '../pod-worker/start-problem';

/** The kubelet's folder on the node, laid out as upstream's: `pods/UID/{volumes,etc-hosts,containers}`. */
export class PodFiles {
  readonly #root: string;

  /** @param root upstream's `--root-dir`, `/var/lib/kubelet` */
  constructor(root: string) {
    this.#root = root;
  }

  podDirectory(podUid: string): string {
    return join(this.#root, 'pods', podUid);
  }

  volumesDirectory(podUid: string): string {
    return join(this.podDirectory(podUid), 'volumes');
  }

  /** Where the container's process leaves its last words. */
  terminationLog(podUid: string, container: string, attempt: number): string {
    return join(this.podDirectory(podUid), 'containers', container, String(attempt));
  }

  /** Makes an empty termination log that any user may write. */
  async makeTerminationLog(podUid: string, container: string, attempt: number): Promise<string> {
    const path = this.terminationLog(podUid, container, attempt);
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await writeFile(path, '');
    await chmod(path, 0o666);
    return path;
  }

  async writeHostsFile(podUid: string, content: string): Promise<string> {
    const path = join(this.podDirectory(podUid), 'etc-hosts');
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await writeFile(path, content, { mode: 0o644 });
    return path;
  }

  /**
   * The path of `subPath` in `volume`, made as a directory if nothing is there.
   * @throws StartProblem if it leads out of the volume, also by a link
   */
  async subPath(volume: string, subPath: string): Promise<string> {
    const refuse = (): never => {
      throw new StartProblem('CreateContainerConfigError', `subPath "${subPath}" leads out of its volume`);
    };
    const path = join(volume, subPath);
    const realVolume = await realpath(volume);
    if (!isInside(volume, path) || !isInside(realVolume, await realpath(await existingAncestor(path)))) refuse();
    await mkdir(path, { recursive: true, mode: 0o750 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    const real = await realpath(path);
    if (!isInside(realVolume, real)) refuse();
    return real;
  }

  async podUids(): Promise<string[]> {
    return readdir(join(this.#root, 'pods')).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
  }

  /** Removes the folder of a pod's logs, once nobody can ask for them. */
  async removeLogs(logDirectory: string): Promise<void> {
    await rm(logDirectory, { recursive: true, force: true });
  }

  /** Removes the pod's folder; its volumes must be unmounted before. */
  async remove(podUid: string): Promise<void> {
    await rm(this.podDirectory(podUid), { recursive: true, force: true });
  }
}

/** The nearest directory on the way to `path` that is there, or `path` itself. */
async function existingAncestor(path: string): Promise<string> {
  try {
    await lstat(path);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return existingAncestor(dirname(path));
  }
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}
