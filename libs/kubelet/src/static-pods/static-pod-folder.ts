import { watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import { WakeUp } from '../pod-worker/wake-up';
import type { PodListener } from '../pod-sources/pods-by-node';
import type { ReadonlyPod } from '../pod/types';
import { parseStaticPod } from './parse-static-pod';

export interface StaticPodFolderDeps {
  /** `staticPodPath`: a folder, or one file. */
  readonly path: string;
  readonly nodeName: string;
  /** `fileCheckFrequency`, in milliseconds; changes are noticed at once where the file system tells of them. */
  readonly checkFrequency: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The static pods of a folder. A file that can't be read or parsed leaves the pod it had before as it was: only a file that is gone takes
 * its pod with it.
 */
export class StaticPodFolder {
  readonly #deps: StaticPodFolderDeps;
  readonly #listeners = new Set<PodListener>();
  readonly #first = Promise.withResolvers<undefined>();
  /** By file. */
  #pods = new Map<string, ReadonlyPod>();

  constructor(deps: StaticPodFolderDeps) {
    this.#deps = deps;
  }

  /** Resolves when the folder has been read once. */
  get synced(): Promise<void> {
    return this.#first.promise;
  }

  subscribe(listener: PodListener): () => void {
    this.#listeners.add(listener);
    for (const pod of this.#pods.values()) listener({ type: 'set', pod });
    return () => void this.#listeners.delete(listener);
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const wakeUp = new WakeUp();
    const stopWatching = this.#watch(() => wakeUp.wake());
    while (!signal.aborted) {
      await this.read().catch((error: unknown) => this.#deps.log.error('Reading the static pods failed', { path: this.#deps.path, error }));
      this.#first.resolve(undefined);
      await wakeUp.wait(this.#deps.clock, this.#deps.checkFrequency, signal);
    }
    stopWatching();
  }

  /** Reads the folder once and tells of what differs from before. */
  async read(): Promise<void> {
    const pods = new Map<string, ReadonlyPod>();
    for (const file of await this.#files()) {
      const pod = await this.#readFile(file);
      if (pod !== undefined) pods.set(file, pod);
    }
    const before = this.#pods;
    this.#pods = pods;
    const uids = new Set([...pods.values()].map(({ metadata }) => metadata.uid));
    for (const pod of before.values()) if (!uids.has(pod.metadata.uid)) this.#tell('delete', pod);
    const known = new Set([...before.values()].map(({ metadata }) => metadata.uid));
    for (const pod of pods.values()) if (!known.has(pod.metadata.uid)) this.#tell('set', pod);
  }

  async #files(): Promise<string[]> {
    const { path } = this.#deps;
    const found = await stat(path).catch(absent);
    if (found === undefined) return [];
    if (!found.isDirectory()) return [path];
    return (await readdir(path))
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => join(path, name));
  }

  async #readFile(file: string): Promise<ReadonlyPod | undefined> {
    const { nodeName, log } = this.#deps;
    try {
      const found = await stat(file).catch(absent);
      return found?.isFile() === true ? parseStaticPod(await readFile(file, 'utf8'), { nodeName, path: file }) : undefined;
    } catch (error) {
      log.error('A static pod can not be read; what it was before stays', { file, error });
      return this.#pods.get(file);
    }
  }

  #tell(type: 'set' | 'delete', pod: ReadonlyPod): void {
    for (const listener of this.#listeners) listener({ type, pod });
  }

  /** Where the file system can't tell of changes, the checks have to do. */
  #watch(onChange: () => void): () => void {
    try {
      const watcher = watch(this.#deps.path, { persistent: false }, onChange);
      watcher.on('error', (error) => this.#deps.log.warn('Watching the static pods failed', { error }));
      return () => watcher.close();
    } catch (error) {
      this.#deps.log.v(2, 'The folder of static pods can not be watched', { error });
      return () => undefined;
    }
  }
}

function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
