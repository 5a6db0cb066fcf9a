import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { ClusterFolder } from './cluster-folder';
import { endProcesses, processMark } from './cluster-processes';
import { writeState } from './cluster-state';
import type { DaemonSpec } from './daemon-specs';
import type { ProcessIdentity } from './process-identity';
import { SupervisedProcess } from './supervised-process';

/** Each daemon gets this long to end by itself. */
const STOP_GRACE_MILLISECONDS = 15_000;

export interface SupervisorOptions {
  readonly folder: ClusterFolder;
  readonly specs: readonly DaemonSpec[];
  /** Where Keelson's own executables are; others are looked for as the environment's PATH says. */
  readonly executables: string;
  /** What the daemons find in their environment, beside the mark of this cluster. */
  readonly environment: NodeJS.ProcessEnv;
  readonly self: ProcessIdentity;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What else is to be done once the daemons are started. It ends when the signal aborts, and does not reject. */
  readonly alongside?: () => Promise<void>;
}

/**
 * Keeps a cluster's daemons running until the signal aborts, then stops them in the opposite order. What an earlier supervisor that was
 * killed has left running is ended first: a daemon must not run twice.
 */
export async function supervise(options: SupervisorOptions): Promise<void> {
  const { clock, environment, executables, folder, log, self, signal, specs } = options;
  await endProcesses(folder.home, clock);
  const record = new StateRecord(folder, log, () => ({ supervisor: self, daemons: daemons.map(({ state }) => state) }));
  const daemons = specs.map(
    ({ args, executable, name }) =>
      new SupervisedProcess({
        name,
        file: locate(executable, executables),
        args,
        environment: { ...environment, ...processMark(folder.home, name) },
        logFile: folder.logFile(name),
        clock,
        log,
        onChange: () => record.changed(),
      }),
  );
  for (const daemon of daemons) daemon.start();
  const alongside = options.alongside?.();
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  for (const daemon of daemons.reverse()) await daemon.stop(STOP_GRACE_MILLISECONDS);
  await Promise.all([record.written(), alongside]);
}

/** Writes the state after each change, one write at a time; changes during a write are one more write. */
class StateRecord {
  readonly #folder: ClusterFolder;
  readonly #log: Logger;
  readonly #read: () => Parameters<typeof writeState>[1];
  #isDue = false;
  #writing: Promise<void> | undefined;

  constructor(folder: ClusterFolder, log: Logger, read: () => Parameters<typeof writeState>[1]) {
    this.#folder = folder;
    this.#log = log;
    this.#read = read;
  }

  changed(): void {
    this.#isDue = true;
    this.#writing ??= this.#write();
  }

  async written(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    // Let the change that called us be complete.
    await Promise.resolve();
    while (this.#isDue) {
      this.#isDue = false;
      await writeState(this.#folder, this.#read()).catch((error: unknown) =>
        this.#log.error('The state file could not be written', { error }),
      );
    }
    this.#writing = undefined;
  }
}

function locate(executable: string, folder: string): string {
  const own = join(folder, executable);
  return existsSync(own) ? own : executable;
}
