import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Status } from '@keelson/apimachinery';
import type { Container, ContainerRuntime } from '@keelson/container-runtime';
import type { ForwardedPort, ForwardedPorts, RemoteStreams } from './remote-streams';

/** Runs a command for a client and tells it how it ended. */
export async function serveExec(
  runtime: ContainerRuntime,
  container: Container,
  { command, tty, streams }: { readonly command: readonly string[]; readonly tty: boolean; readonly streams: RemoteStreams },
): Promise<void> {
  try {
    const exitCode = await runtime.exec(container.id, { ...streams, command, tty });
    await streams.finish(exitStatus(exitCode));
  } catch (error) {
    await streams.finish(failureStatus(error));
  }
}

/** Joins a client to the container's own process until either ends. */
export async function serveAttach(runtime: ContainerRuntime, container: Container, tty: boolean, streams: RemoteStreams): Promise<void> {
  try {
    await runtime.attach(container.id, { ...streams, tty });
    await streams.finish({ metadata: {}, status: 'Success' });
  } catch (error) {
    await streams.finish(failureStatus(error));
  }
}

/** Connects each port that the client forwards to the same port of the sandbox. What fails for one port does not end the others. */
export async function servePorts(runtime: ContainerRuntime, sandboxId: string, { close, ports, signal }: ForwardedPorts): Promise<void> {
  const forwards = new Set<Promise<void>>();
  for await (const port of ports) {
    const forwarded = forward(runtime, sandboxId, port, signal).finally(() => forwards.delete(forwarded));
    forwards.add(forwarded);
  }
  await Promise.all(forwards);
  close();
}

async function forward(
  runtime: ContainerRuntime,
  sandboxId: string,
  { data, end, port }: ForwardedPort,
  signal: AbortSignal,
): Promise<void> {
  try {
    const inside = await runtime.portForward(sandboxId, port);
    await joined(data, inside, signal);
    end();
  } catch (error) {
    end(`error forwarding port ${port} to pod ${sandboxId}, uid : ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Until the client has got all that the server sent, or has left, which is no failure. A client that ends its half still gets the answer;
 * a server that has ended is done, though the client's half be open. @throws what the server's side failed with
 */
async function joined(data: Duplex, inside: Duplex, signal: AbortSignal): Promise<void> {
  let failure: Error | undefined;
  let clientLeft = data.destroyed;
  inside.once('error', (error) => (failure ??= error));
  data.once('close', () => {
    clientLeft ||= failure === undefined;
    inside.destroy();
  });
  data.pipe(inside);
  try {
    await pipeline(inside, data, { signal });
  } catch {
    if (failure !== undefined && !clientLeft && !signal.aborted) throw failure;
  } finally {
    inside.destroy();
    // What the client sends now goes nowhere, and must not keep its stream from ending.
    data.unpipe(inside).resume();
  }
}

/** As remotecommand's v4 protocol tells the exit code of a command (k8s.io/client-go/util/exec). */
function exitStatus(exitCode: number): Status {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

function failureStatus(error: unknown): Status {
  const message = error instanceof Error ? error.message : String(error);
  return {
    metadata: {},
    status: 'Failure',
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
    code: 500,
  };
}
