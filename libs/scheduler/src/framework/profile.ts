import type {
  BindPlugin,
  FilterPlugin,
  Plugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreScorePlugin,
  QueueSortPlugin,
  ScorePlugin,
} from './plugin';

/** One plugin, at each extension point where it has something to do. */
export interface PluginPoints {
  readonly preEnqueue?: PreEnqueuePlugin;
  readonly queueSort?: QueueSortPlugin;
  readonly preFilter?: PreFilterPlugin;
  readonly filter?: FilterPlugin;
  readonly preScore?: PreScorePlugin;
  readonly score?: ScorePlugin;
  readonly bind?: BindPlugin;
}

/** The scheduler that pods name by `spec.schedulerName`: its plugins at each extension point, in the order of execution. */
export interface Profile {
  readonly schedulerName: string;
  /** 0 adapts to the number of nodes. */
  readonly percentageOfNodesToScore: number;
  /** All, by name. */
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly preEnqueue: readonly PreEnqueuePlugin[];
  readonly queueSort: QueueSortPlugin;
  readonly preFilter: readonly PreFilterPlugin[];
  readonly filter: readonly FilterPlugin[];
  readonly preScore: readonly PreScorePlugin[];
  readonly score: readonly { readonly plugin: ScorePlugin; readonly weight: number }[];
  readonly bind: BindPlugin;
}

/** Upstream's `default-scheduler`: the one that pods name which name none. */
export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';
