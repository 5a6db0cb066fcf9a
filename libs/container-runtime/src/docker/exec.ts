import type Docker from 'dockerode';
import type { Exec, ExecInspectInfo } from 'dockerode';
import { Duplex } from 'node:stream';
import { sleep, type Clock } from '@keelson/apimachinery';
import type { AttachOptions, ExecOptions, TerminalSize } from '../container-runtime';
import { ExecError, NotFound, NotRunning } from '../runtime-errors';
import { joinStreams } from './attached-streams';
import { callEngine, engineMessage, statusOf } from './engine-errors';

/** The engine closes an exec's streams a moment before it knows its exit code. */
const EXIT_CODE_POLL_MS = 20;
const EXIT_CODE_POLLS = 250;

/** A terminal's size can only be set once its process runs, which the engine doesn't announce. */
const RESIZE_POLL_MS = 20;
const RESIZE_POLLS = 50;

/** See {@link ContainerRuntime.exec}. */
export async function execInContainer(docker: Docker, id: string, options: ExecOptions & { readonly clock: Clock }): Promise<number> {
  const exec = await joining(id, () =>
    docker.getContainer(id).exec({
      Cmd: [...options.command],
      Tty: options.tty,
      AttachStdin: options.stdin !== undefined,
      AttachStdout: options.stdout !== undefined,
      AttachStderr: options.stderr !== undefined && !options.tty,
    }),
  );
  const connection = await joining(id, () => exec.start({ hijack: true, stdin: options.stdin !== undefined, Tty: options.tty }));
  const ended = new AbortController();
  const resizing = followSize(options, ended.signal, ({ width: w, height: h }) => exec.resize({ w, h }));
  try {
    await joinStreams(connection, options);
  } finally {
    ended.abort();
    await resizing;
  }
  options.signal.throwIfAborted();
  return exitCode(exec, options);
}

/** See {@link ContainerRuntime.attach}. */
export async function attachToContainer(docker: Docker, id: string, options: AttachOptions & { readonly clock: Clock }): Promise<void> {
  const container = docker.getContainer(id);
  const info = await joining(id, () => container.inspect());
  if (!info.State.Running) throw new NotRunning(`container ${id} is not running`);
  const connection = await joining(id, () =>
    container.attach({
      stream: true,
      hijack: true,
      stdin: options.stdin !== undefined && info.Config.OpenStdin,
      stdout: options.stdout !== undefined,
      stderr: options.stderr !== undefined && !info.Config.Tty,
    }),
  );
  const ended = new AbortController();
  const resizing = followSize(options, ended.signal, ({ width: w, height: h }) => container.resize({ w, h }));
  try {
    if (!(connection instanceof Duplex)) throw new ExecError('the engine did not hand over its connection');
    await joinStreams(connection, { ...options, tty: info.Config.Tty });
  } finally {
    ended.abort();
    await resizing;
  }
}

/** Translates the engine's refusals to join a container. */
async function joining<T>(id: string, call: () => Promise<T>): Promise<T> {
  try {
    return await callEngine(call);
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) throw new NotFound(`no such container: ${id}`, { cause: error });
    if (status === 409) throw new NotRunning(`container ${id} is not running`, { cause: error });
    if (status !== undefined) throw new ExecError(engineMessage(error), { cause: error });
    throw error;
  }
}

async function exitCode(exec: Exec, { clock, command, signal }: ExecOptions & { readonly clock: Clock }): Promise<number> {
  let info: ExecInspectInfo = await callEngine(() => exec.inspect());
  for (let polls = 0; info.Running && polls < EXIT_CODE_POLLS; polls += 1) {
    await sleep(clock, EXIT_CODE_POLL_MS, signal);
    signal.throwIfAborted();
    info = await callEngine(() => exec.inspect());
  }
  if (info.ExitCode === null) throw new ExecError(`the engine reports no exit code for ${JSON.stringify(command)}`);
  return info.ExitCode;
}

type Resizing = Pick<ExecOptions, 'resize' | 'tty'> & { readonly clock: Clock };

/** Passes sizes on until the stream of sizes or the command ends. A size that can't be set isn't worth failing the command for. */
async function followSize(options: Resizing, ended: AbortSignal, set: (size: TerminalSize) => Promise<unknown>): Promise<void> {
  if (options.resize === undefined || !options.tty) return;
  const sizes = options.resize[Symbol.asyncIterator]();
  const end = new Promise<{ readonly done: true }>((resolve) => {
    ended.addEventListener('abort', () => resolve({ done: true }), { once: true });
  });
  for (;;) {
    const next = await Promise.race([sizes.next(), end]);
    if (next.done === true) break;
    await setSize(options.clock, ended, () => set(next.value));
  }
  // Not awaited: a generator that waits for the client's next size would never answer.
  void sizes.return?.();
}

async function setSize(clock: Clock, ended: AbortSignal, set: () => Promise<unknown>): Promise<void> {
  for (let polls = 0; polls < RESIZE_POLLS && !ended.aborted; polls += 1) {
    try {
      await set();
      return;
    } catch {
      await sleep(clock, RESIZE_POLL_MS, ended);
    }
  }
}
