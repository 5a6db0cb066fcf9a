import { DEFAULT_SCHEDULER_NAME } from '../framework/profile';
import { DEFAULT_BACKOFF, type Backoff } from '../queue/scheduling-queue';
import type { ProfileSpec } from './build-profile';

/** What a scheduler is configured with. */
export interface SchedulerConfig {
  /** At least one; their names differ. */
  readonly profiles: readonly ProfileSpec[];
  readonly backoff: Backoff;
}

/** Upstream's defaults. */
export const DEFAULT_SCHEDULER_CONFIG: SchedulerConfig = {
  profiles: [{ schedulerName: DEFAULT_SCHEDULER_NAME }],
  backoff: DEFAULT_BACKOFF,
};
