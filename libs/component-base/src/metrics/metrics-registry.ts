import { Registry } from 'prom-client';
import type { VersionInfo } from '../version';
import { registerProcessMetrics, type ProcessFigures } from './process-metrics';

/** A daemon's own registry, with the metrics of its process. Nothing is registered globally, so many daemons can live in one process. */
export function createMetricsRegistry(figures: ProcessFigures, version: VersionInfo): Registry {
  const registry = new Registry();
  registerProcessMetrics(registry, figures, version);
  return registry;
}
