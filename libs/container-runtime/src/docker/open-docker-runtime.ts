import { connectDocker } from './connect-docker';
import { DockerRuntime, type DockerRuntimeOptions } from './docker-runtime';

export interface OpenDockerRuntimeOptions extends Omit<DockerRuntimeOptions, 'docker'> {
  readonly socketPath?: string;
}

/** A runtime on the engine behind a socket; whether one is there shows at the first call. */
export async function openDockerRuntime({ socketPath, ...options }: OpenDockerRuntimeOptions): Promise<DockerRuntime> {
  return new DockerRuntime({ ...options, docker: await connectDocker(socketPath) });
}
