import type Docker from 'dockerode';

export const DOCKER_SOCKET = '/var/run/docker.sock';

/** A client of the engine. Its library is loaded here and nowhere else, since who has no engine to drive need not carry it. */
export async function connectDocker(socketPath = DOCKER_SOCKET): Promise<Docker> {
  const { default: Client } = await import('dockerode');
  return new Client({ socketPath });
}
