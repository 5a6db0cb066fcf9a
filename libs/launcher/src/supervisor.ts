import { join } from 'node:path';
import { sleep, type Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { ClusterFolder } from './cluster-folder';
import { readState, writeState } from './cluster-state';
import type { DaemonSpec } from './daemon-specs';
import { isAlive, signalProcess, type ProcessIdentity } from './process-identity';
import { SupervisedProcess } from './supervised-process';

/** Each daemon gets this long to end by itself. */
const STOP_GRACE_MILLISECONDS = 15_000;
const LEFTOVER_GRACE_MILLISECONDS = 5_000;

export interface SupervisorOptions {
  readonly folder: ClusterFolder;
  readonly specs: readonly DaemonSpec[];
  /** Where the executables are. */
  readonly executables: string;
  readonly self: ProcessIdentity;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Keeps a cluster's daemons running until the signal aborts, then stops them in the opposite order. What an earlier supervisor that was
 * killed has left running is ended first: a daemon must not run twice.
 */
export async function supervise(options: SupervisorOptions): Promise<void> {
  const { clock, executables, folder, log, self, signal, specs } = options;
  await endLeftovers(options);
  const record = new StateRecord(folder, log, () => ({ supervisor: self, daemons: daemons.map(({ state }) => state) }));
  const daemons = specs.map(
    ({ args, executable, name }) =>
      new SupervisedProcess({
        name,
        file: join(executables, executable),
        args,
        logFile: folder.logFile(name),
        clock,
        log,
        onChange: () => record.changed(),
      }),
  );
  for (const daemon of daemons) daemon.start();
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  for (const daemon of daemons.reverse()) await daemon.stop(STOP_GRACE_MILLISECONDS);
  await record.written();
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

async function endLeftovers({ clock, folder, log }: SupervisorOptions): Promise<void> {
  const state = await readState(folder);
  const leftovers = (state?.daemons ?? []).flatMap(({ identity }) => (identity !== undefined && isAlive(identity) ? [identity] : []));
  if (leftovers.length === 0) return;
  log.info('Ending what an earlier run has left', { processes: leftovers.length });
  for (const identity of leftovers) signalProcess(identity, 'SIGTERM');
  await untilGone(leftovers, clock, LEFTOVER_GRACE_MILLISECONDS);
  for (const identity of leftovers) signalProcess(identity, 'SIGKILL');
  await untilGone(leftovers, clock, LEFTOVER_GRACE_MILLISECONDS);
}

/** Waits until none of `processes` is alive, at most so long. @returns whether all are gone */
export async function untilGone(processes: readonly ProcessIdentity[], clock: Clock, milliseconds: number): Promise<boolean> {
  const end = clock.monotonic() + milliseconds;
  while (processes.some(isAlive)) {
    if (clock.monotonic() >= end) return false;
    await sleep(clock, 50);
  }
  return true;
}
