import { jsonLines } from './json-lines';

/** What the engine says went wrong with a pull, load or import. */
export class ProgressError extends Error {}

/** Reads the engine's account of a pull, load or import to its end. It answers 200 before it begins; that it failed, it says in here. */
export async function readProgress(progress: NodeJS.ReadableStream, signal: AbortSignal): Promise<void> {
  for await (const message of jsonLines(progress, signal)) {
    const { error } = message as { readonly error?: string };
    if (error !== undefined) throw new ProgressError(error);
  }
  signal.throwIfAborted();
}
