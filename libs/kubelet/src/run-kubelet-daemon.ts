import { hostname } from 'node:os';
import { Quantity, systemClock } from '@keelson/apimachinery';
import { nodes, pods } from '@keelson/api';
import { createApiClient, transportFromKubeconfig, type ApiClient } from '@keelson/client';
import { KUBERNETES_VERSION, type DaemonContext } from '@keelson/component-base';
import { DockerRuntime, HollowRuntime, type ContainerRuntime } from '@keelson/container-runtime';
import { ApiEventRecorder, InformerFactory, dropManagedFields, type EventRecorder } from '@keelson/controller-runtime';
import { loadKubeletConfiguration } from './config/configuration-file';
import { validateKubeletConfig, type KubeletConfig } from './config/kubelet-config';
import { kubeletConfig, type KubeletFlagValues } from './config/kubelet-flags';
import { runHollowNodes } from './hollow/run-hollow-nodes';
import { runKubelet } from './run-kubelet';
import { hollowNodeSettings } from './hollow/hollow-node-settings';

const DOCKER_SOCKET = /^(?:unix:\/\/)?(\/.*docker.*\.sock)$/;

export interface KubeletProgram {
  /** The flags that the command line named. */
  readonly given: ReadonlySet<string>;
  /** `process`: for `/version`. */
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
}

/** The whole daemon: from the flags to a kubelet that has ended. @throws Error, one line that says what of the configuration is wrong */
export async function runKubeletDaemon(values: KubeletFlagValues, context: DaemonContext, program: KubeletProgram): Promise<void> {
  const file = values.config === '' ? undefined : await loadKubeletConfiguration(values.config);
  const config = kubeletConfig(values, { given: program.given, file, hostname: hostname() });
  const problems = validateKubeletConfig(config);
  if (problems.length > 0) throw new Error(problems.join('; '));
  if (values.kubeconfig === '') throw new Error('--kubeconfig is required: the kubelet does not run without an API server');
  const transport = await transportFromKubeconfig(values.kubeconfig, { clock: systemClock });
  const client = createApiClient(transport, { userAgent: `kubelet/${KUBERNETES_VERSION}`, clock: systemClock });
  try {
    if (values['hollow-nodes'] > 0) await runHollow(values, config, { context, client });
    else await runReal(config, { context, client, program });
  } finally {
    await transport.close();
  }
}

async function runReal(
  config: KubeletConfig,
  { context, client, program }: { readonly context: DaemonContext; readonly client: ApiClient; readonly program: KubeletProgram },
): Promise<void> {
  const { log, signal } = context;
  const recorder = makeRecorder(client, config.nodeName, context);
  const informers = new InformerFactory({ client, clock: systemClock, log, transform: dropManagedFields });
  const runtime = openRuntime(config, context);
  await runKubelet(config, { ...context, client, informers, recorder, runtime, clock: systemClock, random: Math.random, program, signal });
}

/** Simulated nodes share one watch of all pods and one of all nodes. */
async function runHollow(
  values: KubeletFlagValues,
  config: KubeletConfig,
  { context, client }: { readonly context: DaemonContext; readonly client: ApiClient },
): Promise<void> {
  const { log, signal } = context;
  const informers = new InformerFactory({ client, clock: systemClock, log, transform: dropManagedFields });
  const memoryBytes = Quantity.parse(values['hollow-node-memory']).value();
  const running = runHollowNodes(
    {
      ...hollowNodeSettings(config),
      count: values['hollow-nodes'],
      namePrefix: values['hollow-node-prefix'],
      cpuCores: values['hollow-node-cpus'],
      memoryBytes,
    },
    {
      client,
      pods: informers.informer(pods),
      nodes: informers.informer(nodes),
      runtime: (node) => new HollowRuntime({ node, clock: systemClock }),
      recorder: (node) => makeRecorder(client, node, context),
      clock: systemClock,
      random: Math.random,
      log,
      signal,
    },
  );
  informers.start(signal);
  await Promise.all([running, informers.stopped()]);
}

function makeRecorder(client: ApiClient, host: string, { log, signal }: DaemonContext): EventRecorder {
  return new ApiEventRecorder({ client, source: { component: 'kubelet', host }, clock: systemClock, log, signal });
}

/** @throws Error for an endpoint of an engine that this kubelet can't drive */
function openRuntime(config: KubeletConfig, { log }: DaemonContext): ContainerRuntime {
  const { containerRuntimeEndpoint: endpoint, podNetworkBridge: name, podNetworkSubnet: subnet, nodeName: node, resolvConf } = config;
  const socketPath = DOCKER_SOCKET.exec(endpoint)?.[1];
  if (socketPath === undefined)
    throw new Error(
      `--container-runtime-endpoint ${JSON.stringify(endpoint)} is not supported: it must be a Docker socket such as unix:///var/run/docker.sock`,
    );
  const network = subnet === '' ? {} : { network: { name, subnet } };
  return new DockerRuntime({ node, socketPath, clock: systemClock, log, ...network, ...(resolvConf === '' ? {} : { resolvConf }) });
}
