import { Counter, Gauge, Histogram, type Metric, type Registry } from 'prom-client';

interface MetricFacts<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

/** A metric as data; {@link registerMetrics} makes it. */
export interface MetricDeclaration<M extends Metric> {
  readonly name: string;
  create(registry: Registry): M;
}

export function counter<const L extends string = never>({ name, help, labels = [] }: MetricFacts<L>): MetricDeclaration<Counter<L>> {
  return { name, create: (registry) => new Counter({ name, help, labelNames: labels, registers: [registry] }) };
}

/** @param facts.collect called before the gauge is read, to set it */
export function gauge<const L extends string = never>({
  name,
  help,
  labels = [],
  collect,
}: MetricFacts<L> & { readonly collect?: (gauge: Gauge<L>) => void }): MetricDeclaration<Gauge<L>> {
  return {
    name,
    create: (registry) =>
      new Gauge({
        name,
        help,
        labelNames: labels,
        registers: [registry],
        collect() {
          collect?.(this);
        },
      }),
  };
}

/** @param facts.buckets upper bounds, upstream's, in the metric's unit */
export function histogram<const L extends string = never>({
  name,
  help,
  labels = [],
  buckets,
}: MetricFacts<L> & { readonly buckets: readonly number[] }): MetricDeclaration<Histogram<L>> {
  return { name, create: (registry) => new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [registry] }) };
}

/** Upper bounds that grow by a factor, as Go's `prometheus.ExponentialBuckets`. */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start * factor ** index);
}

type Registered<D> = { readonly [K in keyof D]: D[K] extends MetricDeclaration<infer M> ? M : never };

/**
 * Makes the declared metrics in `registry`; one that is there already by its name is shared, so two parts of a daemon may declare the same.
 */
export function registerMetrics<D extends Readonly<Record<string, MetricDeclaration<Metric>>>>(
  registry: Registry,
  declarations: D,
): Registered<D> {
  const metrics = Object.entries(declarations).map(([key, metric]) => [
    key,
    registry.getSingleMetric(metric.name) ?? metric.create(registry),
  ]);
  return Object.fromEntries(metrics) as Registered<D>;
}
