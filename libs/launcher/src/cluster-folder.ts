import { join } from 'node:path';

/** Where everything of a cluster lies, below `KEELSON_HOME`. */
export class ClusterFolder {
  /** Absolute. */
  readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  get settingsFile(): string {
    return join(this.home, 'settings.json');
  }

  /** Who runs at the moment; written by the supervisor. */
  get stateFile(): string {
    return join(this.home, 'state.json');
  }

  get configuration(): string {
    return join(this.home, 'config');
  }

  /** Of one daemon, or of the supervisor (`keelson`). */
  logFile(name: string): string {
    return join(this.home, 'logs', `${name}.log`);
  }

  /** What one daemon keeps for itself. */
  data(name: string): string {
    return join(this.home, 'data', name);
  }
}
