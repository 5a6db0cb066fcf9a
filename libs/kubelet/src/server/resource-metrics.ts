import type { ContainerRuntime, ContainerStats } from '@keelson/container-runtime';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';
import type { NodeView } from './node-view';

interface Sample {
  readonly pod: ReadonlyPod;
  readonly container: string;
  readonly startedAt: number;
  readonly id: string;
  readonly image: string;
  readonly stats: ContainerStats;
}

/** `/metrics/resource` in Prometheus' text format, by upstream's names: what metrics-server scrapes. */
export async function resourceMetrics(view: NodeView, runtime: ContainerRuntime): Promise<string> {
  const samples = await collect(view, runtime);
  const labels = ({ pod, container }: Sample): string => labelText({ container, namespace: namespaceOf(pod), pod: pod.metadata.name });
  const perContainer = (name: string, help: string, type: string, value: (sample: Sample) => number): string =>
    family(
      name,
      { help, type },
      samples.map((sample) => `${name}${labels(sample)} ${value(sample)} ${sample.stats.timestamp}`),
    );
  const total = (value: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + value(sample), 0);
  return [
    perContainer(
      'container_cpu_usage_seconds_total',
      'Cumulative cpu time consumed by the container in core-seconds',
      'counter',
      cpuSeconds,
    ),
    perContainer('container_memory_working_set_bytes', 'Current working set of the container in bytes', 'gauge', workingSet),
    perContainer(
      'container_start_time_seconds',
      'Start time of the container since unix epoch in seconds',
      'gauge',
      ({ startedAt }) => startedAt / 1000,
    ),
    family('node_cpu_usage_seconds_total', { help: 'Cumulative cpu time consumed by the node in core-seconds', type: 'counter' }, [
      `node_cpu_usage_seconds_total ${total(cpuSeconds)}`,
    ]),
    family('node_memory_working_set_bytes', { help: 'Current working set of the node in bytes', type: 'gauge' }, [
      `node_memory_working_set_bytes ${total(workingSet)}`,
    ]),
    family('resource_scrape_error', { help: '1 if there was an error while getting container metrics, 0 otherwise', type: 'gauge' }, [
      'resource_scrape_error 0',
    ]),
  ].join('');
}

/** `/metrics/cadvisor`, as far as the runtime tells it. */
export async function cadvisorMetrics(view: NodeView, runtime: ContainerRuntime): Promise<string> {
  const samples = await collect(view, runtime);
  const lines = (name: string, value: (sample: Sample) => number): string[] =>
    samples.map((sample) => {
      const { pod, container, image, id } = sample;
      const labels = labelText({ container, id: `/${id}`, image, name: id, namespace: namespaceOf(pod), pod: pod.metadata.name });
      return `${name}${labels} ${value(sample)} ${sample.stats.timestamp}`;
    });
  return [
    family(
      'container_cpu_usage_seconds_total',
      { help: 'Cumulative cpu time consumed in seconds.', type: 'counter' },
      lines('container_cpu_usage_seconds_total', cpuSeconds),
    ),
    family(
      'container_memory_usage_bytes',
      { help: 'Current memory usage in bytes, including all memory regardless of when it was accessed', type: 'gauge' },
      lines('container_memory_usage_bytes', ({ stats }) => stats.memoryUsageBytes),
    ),
    family(
      'container_memory_working_set_bytes',
      { help: 'Current working set in bytes.', type: 'gauge' },
      lines('container_memory_working_set_bytes', workingSet),
    ),
  ].join('');
}

const cpuSeconds = ({ stats }: Sample): number => stats.cpuNanoseconds / 1e9;
const workingSet = ({ stats }: Sample): number => stats.memoryWorkingSetBytes;

async function collect(view: NodeView, runtime: ContainerRuntime): Promise<Sample[]> {
  const stats = await runtime.stats();
  const byPod = view.pods().map(async (pod) => {
    const { containers } = await view.state(pod.metadata.uid);
    return containers.flatMap(({ id, name, image, startedAt, createdAt }) => {
      const own = stats.get(id);
      return own === undefined ? [] : [{ pod, container: name, image, id, startedAt: startedAt ?? createdAt, stats: own }];
    });
  });
  return (await Promise.all(byPod)).flat();
}

function family(name: string, { help, type }: { readonly help: string; readonly type: string }, lines: readonly string[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.map((line) => `${line}\n`).join('')}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `{${pairs.join(',')}}`;
}
