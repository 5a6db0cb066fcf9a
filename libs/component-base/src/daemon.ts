import type { Registry } from 'prom-client';
import type { HealthChecks } from './health-checks';
import type { Logger } from './logger';
import type { VersionInfo } from './version';

/** What every daemon's wiring function gets besides its own configuration; made by `runDaemon`, or by a test. */
export interface DaemonContext {
  readonly log: Logger;
  readonly metrics: Registry;
  readonly health: HealthChecks;
  /** For `/version`. */
  readonly version: VersionInfo;
  /** Aborts when the daemon is asked to stop. The wiring function then finishes what must not be cut off, and resolves. */
  readonly signal: AbortSignal;
}
