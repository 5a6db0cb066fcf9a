/** The field of a metric that says where its values come from. */
export type MetricSource = 'object' | 'external' | 'pods' | 'resource' | 'containerResource';

/** By the metric's type; in the order in which a metric with several is read. */
export const METRIC_SOURCES: ReadonlyMap<string, MetricSource> = new Map([
  ['Object', 'object'],
  ['External', 'external'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
  ['ContainerResource', 'containerResource'],
]);
