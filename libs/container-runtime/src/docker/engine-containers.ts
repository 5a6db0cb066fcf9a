import type { ContainerInspectInfo } from 'dockerode';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Container, ContainerConfig, ContainerResources, ContainerStats, SandboxConfig } from '../container-runtime';
import { errorCode } from '../error-code';
import { ContainerStartError, ImageMissing, NotFound } from '../runtime-errors';
import { cgroupStats } from './cgroup-stats';
import { containerSpec, updatableResources } from './container-spec';
import { containerOf } from './container-state';
import type { Engine } from './engine';
import { callEngine, engineMessage, isNotFound, statusOf, unlessGone } from './engine-errors';
import type { EngineImages } from './engine-images';
import { createReplacing, sandboxHasNegativeOomScore } from './engine-sandboxes';
import { CONTAINER_TYPE, LABEL } from './names';

/** What an inspection told; true for as long as the list shows the same state, since a container is started once and ends once. */
interface Known {
  readonly state: string;
  readonly container: Container;
  readonly pid: number;
}

interface Filter {
  readonly podUid?: string;
  readonly sandboxId?: string;
}

/** The containers of pods, without their sandboxes. See {@link ContainerRuntime} for each method's contract. */
export class EngineContainers {
  readonly #engine: Engine;
  readonly #images: EngineImages;
  readonly #known = new Map<string, Known>();

  constructor(engine: Engine, images: EngineImages) {
    this.#engine = engine;
    this.#images = images;
  }

  async create(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    await Promise.all(config.mounts.map(({ hostPath }) => makeMissing(hostPath)));
    try {
      if (this.#engine.negativeOomScores === undefined && (config.resources.oomScoreAdjust ?? 0) < 0)
        this.#engine.learnNegativeOomScores(await sandboxHasNegativeOomScore(this.#engine, sandboxId));
      const around = await this.#engine.surroundings();
      return (await createReplacing(this.#engine, containerSpec(sandboxId, config, { sandbox, around }))).id;
    } catch (error) {
      if (isNotFound(error) && /no such image/i.test(engineMessage(error))) throw new ImageMissing(config.image, { cause: error });
      if (isNotFound(error) || /no such container/i.test(engineMessage(error)))
        throw new NotFound(`no such sandbox: ${sandboxId}`, { cause: error });
      if (statusOf(error) !== undefined) throw new Error(`Error response from daemon: ${engineMessage(error)}`, { cause: error });
      throw error;
    }
  }

  async start(id: string): Promise<void> {
    const container = this.#engine.docker.getContainer(id);
    try {
      await callEngine(() => container.start());
    } catch (error) {
      if (isNotFound(error) && /no such container/i.test(engineMessage(error)))
        throw new NotFound(`no such container: ${id}`, { cause: error });
      if (statusOf(error) === undefined) throw error;
      if (statusOf(error) !== 304) throw new ContainerStartError(engineMessage(error), { cause: error });
    } finally {
      await this.#linkLog(id);
    }
  }

  async stop(id: string, timeoutSeconds: number): Promise<void> {
    await unlessGone(() => this.#engine.docker.getContainer(id).stop({ t: timeoutSeconds }));
  }

  async remove(id: string): Promise<void> {
    const container = this.#engine.docker.getContainer(id);
    await unlessGone(async () => {
      const { Config: config } = await container.inspect();
      await container.remove({ force: true, v: true });
      await rm(config.Labels[LABEL.logPath] ?? '', { force: true });
    });
    this.#known.delete(id);
  }

  async updateResources(id: string, resources: ContainerResources): Promise<void> {
    try {
      await callEngine(() => this.#engine.docker.getContainer(id).update(updatableResources(resources)));
    } catch (error) {
      if (isNotFound(error)) throw new NotFound(`no such container: ${id}`, { cause: error });
      throw error;
    }
  }

  async list(filter: Filter = {}): Promise<readonly Container[]> {
    const known = await this.#inspectAll(filter, true);
    if (filter.podUid === undefined && filter.sandboxId === undefined) {
      const listed = new Set(known.map(({ container }) => container.id));
      for (const id of this.#known.keys()) if (!listed.has(id)) this.#known.delete(id);
    }
    return known.map(({ container }) => container);
  }

  async stats(filter: Filter = {}): Promise<ReadonlyMap<string, ContainerStats>> {
    const running = await this.#inspectAll(filter, false);
    const stats = new Map<string, ContainerStats>();
    await Promise.all(
      running.map(async ({ container, pid }) => {
        const figures = pid === 0 ? undefined : await cgroupStats(pid, this.#engine.clock.now());
        if (figures !== undefined) stats.set(container.id, figures);
      }),
    );
    return stats;
  }

  async #inspectAll(filter: Filter, all: boolean): Promise<readonly Known[]> {
    const { docker, node } = this.#engine;
    const label = [`${LABEL.node}=${node}`, `${LABEL.type}=${CONTAINER_TYPE}`];
    if (filter.podUid !== undefined) label.push(`${LABEL.podUid}=${filter.podUid}`);
    if (filter.sandboxId !== undefined) label.push(`${LABEL.sandboxId}=${filter.sandboxId}`);
    const listed = await callEngine(() => docker.listContainers({ all, filters: { label } }));
    const known = await Promise.all(listed.map(({ Id: id, State: state }) => this.#inspect(id, state)));
    return known.filter((entry) => entry !== undefined);
  }

  /** @returns undefined if the container went away since it was listed */
  async #inspect(id: string, state: string): Promise<Known | undefined> {
    const known = this.#known.get(id);
    if (known?.state === state && (state === 'running' || state === 'exited')) return known;
    let info: ContainerInspectInfo;
    try {
      info = await callEngine(() => this.#engine.docker.getContainer(id).inspect());
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
    const container = containerOf(info, await this.#images.pullableId(info.Image));
    const entry = { state: info.State.Status, container, pid: info.State.Pid };
    this.#known.set(id, entry);
    return entry;
  }

  /** Puts Docker's log where Kubernetes looks for it; for a container that failed to start as well. */
  async #linkLog(id: string): Promise<void> {
    try {
      const info = await callEngine(() => this.#engine.docker.getContainer(id).inspect());
      const path = info.Config.Labels[LABEL.logPath] ?? '';
      await mkdir(dirname(path), { recursive: true });
      await rm(path, { force: true });
      await symlink(info.LogPath, path);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** Docker refuses a mount of what isn't there, where other runtimes make a folder of it. */
async function makeMissing(hostPath: string): Promise<void> {
  try {
    await mkdir(hostPath, { recursive: true });
  } catch (error) {
    // A file, a socket or a device is there: to be mounted as it is.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
