import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import { identityOf, type ProcessIdentity } from './process-identity';

const FIRST_BACKOFF_MILLISECONDS = 500;
const MOST_BACKOFF_MILLISECONDS = 30_000;
/** Who ran this long is taken as well, and begins with the shortest wait again. */
const WELL_AFTER_MILLISECONDS = 60_000;
const MOST_LOG_BYTES = 16 * 1024 * 1024;

/** One process as the state file shows it. */
export interface ProcessState {
  readonly name: string;
  readonly identity: ProcessIdentity | undefined;
  /** Milliseconds since the epoch; of the present process, or of the last end. */
  readonly since: number;
  readonly restarts: number;
  /** How it last ended, in words. */
  readonly lastEnd?: string;
}

export interface SupervisedProcessOptions {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears of every start and end. */
  readonly onChange: () => void;
}

/** Keeps one process running: started again when it ends, after a wait that grows while it keeps ending. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #since = 0;
  #restarts = 0;
  #lastEnd: string | undefined;
  #backoff = FIRST_BACKOFF_MILLISECONDS;
  #cancelRestart: () => void = () => undefined;
  /** Invariant: once set, nothing is started any more. */
  #stopping = false;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  get state(): ProcessState {
    const end = this.#lastEnd === undefined ? {} : { lastEnd: this.#lastEnd };
    return { name: this.#options.name, identity: this.#identity, since: this.#since, restarts: this.#restarts, ...end };
  }

  start(): void {
    if (this.#stopping) return;
    const { args, clock, environment, file, log, logFile, name } = this.#options;
    const output = openLog(logFile);
    const child = spawn(file, args, { env: environment, stdio: ['ignore', output, output] });
    closeSync(output);
    this.#child = child;
    this.#since = clock.now();
    this.#identity = child.pid === undefined ? undefined : identityOf(child.pid);
    child.once('error', (error) => this.#ended(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => this.#ended(signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`));
    log.info('Started', { daemon: name, pid: child.pid });
    this.#options.onChange();
  }

  /** Asks the process to end, and makes it after `graceMilliseconds`. Resolves when it has. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    this.#cancelRestart();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const cancel = this.#options.clock.setTimeout(() => child.kill('SIGKILL'), graceMilliseconds);
    await ended;
    cancel();
  }

  #ended(how: string): void {
    const { clock, log, name, onChange } = this.#options;
    if (this.#identity === undefined && this.#child === undefined) return;
    const ran = clock.now() - this.#since;
    this.#child = undefined;
    this.#identity = undefined;
    this.#lastEnd = how;
    this.#since = clock.now();
    if (!this.#stopping) {
      if (ran > WELL_AFTER_MILLISECONDS) this.#backoff = FIRST_BACKOFF_MILLISECONDS;
      log.warn('Ended, and is started again', { daemon: name, how, after: `${this.#backoff} ms` });
      this.#restarts += 1;
      this.#cancelRestart = clock.setTimeout(() => this.start(), this.#backoff);
      this.#backoff = Math.min(this.#backoff * 2, MOST_BACKOFF_MILLISECONDS);
    }
    onChange();
  }
}

/** For appending; what grew too large is put aside first, and replaces what was put aside before. */
function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (statSync(path).size > MOST_LOG_BYTES) renameSync(path, `${path}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(path, 'a', 0o600);
}
