import { formatTime } from '@keelson/apimachinery';
import type { ContainerRuntime, ContainerStats } from '@keelson/container-runtime';
import { namespaceOf } from '../pod/pod-names';
import type { NodeView } from './node-view';

/** `/stats/summary`, as far as the runtime tells it: cpu and memory of each running container and their sums. */
export async function statsSummary(view: NodeView, runtime: ContainerRuntime, now: number): Promise<object> {
  const stats = await runtime.stats();
  const pods = await Promise.all(
    view.pods().map(async (pod) => {
      const { containers } = await view.state(pod.metadata.uid);
      const running = containers.flatMap(({ id, name, startedAt }) => {
        const own = stats.get(id);
        return own === undefined ? [] : [{ name, startedAt: startedAt ?? now, stats: own }];
      });
      return {
        podRef: { name: pod.metadata.name, namespace: namespaceOf(pod), uid: pod.metadata.uid },
        startTime: pod.status?.startTime ?? null,
        containers: running.map(({ name, startedAt, stats: own }) => ({ name, startTime: formatTime(startedAt), ...figures([own], now) })),
        ...figures(
          running.map(({ stats: own }) => own),
          now,
        ),
      };
    }),
  );
  return { node: { nodeName: view.nodeName, ...figures([...stats.values()], now) }, pods };
}

function figures(all: readonly ContainerStats[], now: number): object {
  const sum = (value: (stats: ContainerStats) => number): number => all.reduce((total, stats) => total + value(stats), 0);
  const time = formatTime(all[0]?.timestamp ?? now);
  return {
    cpu: { time, usageCoreNanoSeconds: sum(({ cpuNanoseconds }) => cpuNanoseconds) },
    memory: {
      time,
      usageBytes: sum(({ memoryUsageBytes }) => memoryUsageBytes),
      workingSetBytes: sum(({ memoryWorkingSetBytes }) => memoryWorkingSetBytes),
    },
  };
}
