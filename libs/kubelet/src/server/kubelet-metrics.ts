import { gauge, registerMetrics } from '@keelson/component-base';
import type { Registry } from 'prom-client';
import { runningContainers } from '../runtime-state/pod-state';
import type { NodeView } from './node-view';

const DECLARATIONS = {
  nodeName: gauge({ name: 'kubelet_node_name', help: "The node's name. The count is always 1.", labels: ['node'] }),
  desiredPods: gauge({
    name: 'kubelet_desired_pods',
    help: 'The number of pods the kubelet is being instructed to run.',
    labels: ['static'],
  }),
  runningPods: gauge({ name: 'kubelet_running_pods', help: 'Number of pods that have a running pod sandbox' }),
  runningContainers: gauge({
    name: 'kubelet_running_containers',
    help: 'Number of containers currently running',
    labels: ['container_state'],
  }),
};

/** The kubelet's own metrics, by upstream's names, brought up to date whenever somebody asks for them. */
export class KubeletMetrics {
  readonly #registry: Registry;
  readonly #view: NodeView;
  readonly #gauges: ReturnType<typeof registerMetrics<typeof DECLARATIONS>>;

  constructor(registry: Registry, view: NodeView) {
    this.#registry = registry;
    this.#view = view;
    this.#gauges = registerMetrics(registry, DECLARATIONS);
    this.#gauges.nodeName.set({ node: view.nodeName }, 1);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    const pods = this.#view.pods();
    const states = await Promise.all(pods.map(({ metadata }) => this.#view.state(metadata.uid)));
    const isStatic = pods.filter(({ metadata }) => metadata.annotations?.['kubernetes.io/config.source'] === 'file').length;
    this.#gauges.desiredPods.set({ static: 'true' }, isStatic);
    this.#gauges.desiredPods.set({ static: '' }, pods.length - isStatic);
    this.#gauges.runningPods.set(states.filter(({ sandboxes }) => sandboxes.some(({ state }) => state === 'ready')).length);
    const running = states.reduce((sum, state) => sum + runningContainers(state).length, 0);
    const ended = states.reduce((sum, { containers }) => sum + containers.filter(({ state }) => state === 'exited').length, 0);
    this.#gauges.runningContainers.set({ container_state: 'running' }, running);
    this.#gauges.runningContainers.set({ container_state: 'exited' }, ended);
    return this.#registry.metrics();
  }
}
