import { systemTimers, type Timers } from './clock';
import type { DaemonContext } from './daemon';
import type { FlagDeclarations, FlagValues } from './flags/flag';
import { parseFlags, type ParsedFlags } from './flags/parse-flags';
import { versionFlag, versionText } from './flags/version-flag';
import { HealthChecks } from './health-checks';
import { createLogger } from './logging/create-logger';
import { logFlags } from './logging/log-flags';
import type { Logger } from './logger';
import { createMetricsRegistry } from './metrics/metrics-registry';
import type { ProcessFigures } from './metrics/process-metrics';
import { versionInfo } from './version';

/** The longest a daemon may take to finish after it was asked to stop, milliseconds. */
const DEFAULT_GRACE = 30_000;

/** The longest that the end waits for a slow reader of the output, milliseconds. */
const FLUSH_LIMIT = 1_000;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The pieces of Node's `process` that a daemon touches, handed in by main.ts. */
export interface DaemonHost extends ProcessFigures {
  readonly argv: readonly string[];
  readonly pid: number;
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  on(event: string, listener: (argument: unknown) => void): unknown;
  off(event: string, listener: (argument: unknown) => void): unknown;
  exit(code: number): void;
}

/** What every daemon has without declaring it. */
const commonFlags = { ...logFlags, version: versionFlag } as const;

type CommonFlags = typeof commonFlags;
type DaemonFlags<F extends FlagDeclarations> = F & CommonFlags;

/** A daemon, as its main.ts declares it. */
export interface DaemonSpec<F extends FlagDeclarations> {
  /** Upstream's name: `kube-scheduler`. */
  readonly name: string;
  /** One paragraph, for `--help`. */
  readonly description: string;
  /** The daemon's own flags; those of logging and `--version` come by themselves. */
  readonly flags: F;
  /** @returns what is wrong with the flags together, in upstream's words; empty if nothing is */
  validate?(values: FlagValues<F>): readonly string[];
  /**
   * The wiring. Resolves when the daemon is done, after `context.signal` aborted or by itself; rejects if it can't go on.
   * @param given the flags that the command line named; they win over a configuration file
   */
  run(values: FlagValues<F>, context: DaemonContext, given: ReadonlySet<string>): Promise<void>;
  /** Milliseconds from the first signal until the process is ended anyway. */
  readonly shutdownGrace?: number;
}

/**
 * The whole life of a daemon's process: flags, logs, signals, end. A wrong command line is one line on standard error and exit code 1; so is a
 * failed run, as a log line. The first SIGTERM or SIGINT aborts the context's signal, the second ends the process at once.
 * @param host `process`
 * @returns after it has called `host.exit`
 */
export async function runDaemon<F extends FlagDeclarations>(
  spec: DaemonSpec<F>,
  host: DaemonHost,
  timers: Timers = systemTimers,
): Promise<void> {
  survivesClosedPipes(host);
  const code = await live(spec, host, timers);
  await Promise.all([host.stdout, host.stderr].map((stream) => flushed(stream, timers)));
  host.exit(code);
}

/** @returns the exit code */
async function live<F extends FlagDeclarations>(spec: DaemonSpec<F>, host: DaemonHost, timers: Timers): Promise<number> {
  const flags: DaemonFlags<F> = { ...spec.flags, ...commonFlags };
  const parsed = parseOrComplain(spec, flags, host);
  if (parsed === undefined) return 1;
  const text = parsed.type === 'help' ? parsed.text : versionText(commonValues(parsed.values).version, versionInfo(host));
  if (parsed.type === 'help' || text !== undefined) {
    host.stdout.write(text ?? '');
    return 0;
  }
  for (const warning of parsed.warnings) host.stderr.write(`${warning}\n`);
  const { v: verbosity, 'logging-format': format } = commonValues(parsed.values);
  const log = createLogger({ name: spec.name, pid: host.pid, format, verbosity, stream: host.stderr, clock: timers });
  return supervise(spec, parsed.values, { parsed, log, host, timers });
}

const commonValues = (values: unknown): FlagValues<CommonFlags> => values as FlagValues<CommonFlags>;

function parseOrComplain<F extends FlagDeclarations>(
  spec: DaemonSpec<F>,
  flags: DaemonFlags<F>,
  host: DaemonHost,
): ParsedFlags<DaemonFlags<F>> | undefined {
  try {
    const parsed = parseFlags(spec, flags, host.argv.slice(2));
    const problems = parsed.type === 'run' && commonValues(parsed.values).version === 'false' ? (spec.validate?.(parsed.values) ?? []) : [];
    if (problems.length === 0) return parsed;
    host.stderr.write(`Error: ${problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`}\n`);
  } catch (error) {
    host.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return undefined;
}

interface Supervision {
  readonly parsed: { readonly given: ReadonlySet<string> };
  readonly log: Logger;
  readonly host: DaemonHost;
  readonly timers: Timers;
}

/** Runs the daemon and waits for its end, or for a reason not to wait. @returns the exit code */
async function supervise<F extends FlagDeclarations>(
  spec: DaemonSpec<F>,
  values: FlagValues<F>,
  { parsed, log, host, timers }: Supervision,
): Promise<number> {
  const stop = new AbortController();
  const forced = Promise.withResolvers<number>();
  const crash = (error: unknown): void => {
    log.error('Unhandled error, exiting', { error, stack: error instanceof Error ? error.stack : undefined });
    forced.resolve(1);
  };
  let cancelGrace = (): void => undefined;
  const onSignal = (name: unknown): void => {
    if (stop.signal.aborted) return forced.resolve(1);
    log.info('Received signal, shutting down', { signal: name });
    const grace = spec.shutdownGrace ?? DEFAULT_GRACE;
    cancelGrace = timers.setTimeout(() => {
      log.error('Shutdown did not finish in time, exiting', { seconds: grace / 1000 });
      forced.resolve(1);
    }, grace);
    stop.abort();
  };
  const version = versionInfo(host);
  const metrics = createMetricsRegistry(host, version);
  const health = new HealthChecks();
  health.add('ping', () => undefined);
  const context: DaemonContext = { log, metrics, health, version, signal: stop.signal };
  const release = listen(host, onSignal, crash);
  try {
    const ended = spec.run(values, context, parsed.given).then(() => 0);
    return await Promise.race([ended, forced.promise]);
  } catch (error) {
    log.error('command failed', { error });
    return 1;
  } finally {
    cancelGrace();
    release();
  }
}

function listen(host: DaemonHost, onSignal: (name: unknown) => void, onCrash: (error: unknown) => void): () => void {
  for (const signal of STOP_SIGNALS) host.on(signal, onSignal);
  host.on('uncaughtException', onCrash);
  host.on('unhandledRejection', onCrash);
  return () => {
    for (const signal of STOP_SIGNALS) host.off(signal, onSignal);
    host.off('uncaughtException', onCrash);
    host.off('unhandledRejection', onCrash);
  };
}

/** Resolves when what was written has left the process, whose exit would cut it off; a reader that stands still is not waited for. */
function flushed(stream: NodeJS.WritableStream, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    const cancel = timers.setTimeout(resolve, FLUSH_LIMIT);
    stream.write('', () => {
      cancel();
      resolve();
    });
  });
}

/** Who reads the output may go away (`kube-apiserver --help | head -1`); that ends the output, not the daemon. */
function survivesClosedPipes({ stdout, stderr }: DaemonHost): void {
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
