import type Docker from 'dockerode';
import type { ImageInfo, ImageInspectInfo } from 'dockerode';
import { Readable } from 'node:stream';
import type { Image, RegistryCredentials } from '../container-runtime';
import { ImagePullError } from '../runtime-errors';
import { callEngine, engineMessage, isNotFound, statusOf, unlessGone } from './engine-errors';
import { ProgressError, readProgress } from './engine-progress';
import { PAUSE_IMAGE, pauseImage } from './pause-image';

/** The images of one engine; see {@link ContainerRuntime} for each method's contract. */
export class EngineImages {
  readonly #docker: Docker;

  /** {@link Container.imageId} by Docker's image id. An image's digest may come later (a push), so only what has one is remembered. */
  readonly #pullableIds = new Map<string, string>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  async get(reference: string): Promise<Image | undefined> {
    try {
      return imageOf(await callEngine(() => this.#docker.getImage(reference).inspect()));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly Image[]> {
    const images: ImageInfo[] = await callEngine(() => this.#docker.listImages());
    return images.map((info) => ({
      id: info.Id,
      tags: present(info.RepoTags),
      digests: present(info.RepoDigests),
      sizeBytes: info.Size,
      user: '',
    }));
  }

  async pull(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<string> {
    const full = withTag(reference);
    const authconfig =
      credentials === undefined
        ? undefined
        : { username: credentials.username, password: credentials.password, serveraddress: credentials.serverAddress };
    try {
      const progress = await callEngine(() => this.#docker.createImage(authconfig, { fromImage: full, abortSignal: signal }));
      await readProgress(progress, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (statusOf(error) === undefined && !(error instanceof ProgressError)) throw error;
      throw new ImagePullError(reference, engineMessage(error), { cause: error });
    }
    const image = await this.get(full);
    if (image === undefined) throw new ImagePullError(reference, 'the engine pulled it, and it is gone already');
    return image.id;
  }

  async remove(reference: string): Promise<void> {
    await unlessGone(() => this.#docker.getImage(reference).remove());
  }

  /** Makes sure of {@link PAUSE_IMAGE}, which comes from no registry. @returns its reference */
  async ensurePause(): Promise<string> {
    if ((await this.get(PAUSE_IMAGE)) !== undefined) return PAUSE_IMAGE;
    const { Arch: architecture } = await callEngine(() => this.#docker.version());
    if (architecture !== 'amd64' && architecture !== 'arm64')
      throw new Error(`there is no pause image for architecture ${architecture}: only for amd64 and arm64`);
    const tar = await pauseImage(architecture);
    const progress = await callEngine(() => this.#docker.loadImage(Readable.from([tar])));
    await readProgress(progress, new AbortController().signal);
    return PAUSE_IMAGE;
  }

  /** As cri-dockerd writes it into a container's status: by digest if the image has one. */
  async pullableId(imageId: string): Promise<string> {
    const known = this.#pullableIds.get(imageId);
    if (known !== undefined) return known;
    const [digest] = (await this.get(imageId))?.digests ?? [];
    if (digest === undefined) return `docker://${imageId}`;
    const pullable = `docker-pullable://${digest}`;
    this.#pullableIds.set(imageId, pullable);
    return pullable;
  }
}

/** Without a tag or digest the engine would pull every tag there is. */
function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
}

function imageOf(info: ImageInspectInfo): Image {
  return {
    id: info.Id,
    tags: present(info.RepoTags),
    digests: present(info.RepoDigests),
    sizeBytes: info.Size,
    user: info.Config.User,
  };
}

/** Docker writes `<none>` for what an image hasn't got, and null for no list. */
function present(names: readonly string[] | null | undefined): readonly string[] {
  return (names ?? []).filter((name) => !name.includes('<none>'));
}
