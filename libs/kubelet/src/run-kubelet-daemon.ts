import { hostname } from 'node:os';
import { join } from 'node:path';
import { Quantity, systemClock } from '@keelson/apimachinery';
import { createApiClient, transportFromKubeconfig, type ApiClient } from '@keelson/client';
import { KUBERNETES_VERSION, type DaemonContext } from '@keelson/component-base';
import { openDockerRuntime, HollowRuntime, type ContainerRuntime } from '@keelson/container-runtime';
import { ApiEventRecorder, InformerFactory, dropManagedFields } from '@keelson/controller-runtime';
import { loadKubeletConfiguration } from './config/configuration-file';
import { validateKubeletConfig, type KubeletConfig } from './config/kubelet-config';
import { kubeletConfig, type KubeletFlagValues } from './config/kubelet-flags';
import { openHollowNode } from './hollow/open-hollow-node';
import { runHollowNodes } from './hollow/run-hollow-nodes';
import { runKubelet } from './run-kubelet';
import { hollowNodeSettings } from './hollow/hollow-node-settings';

const DOCKER_SOCKET = /^(?:unix:\/\/)?(\/.*docker.*\.sock)$/;

/**
 * The whole daemon: from the flags to a kubelet that has ended.
 * @param given the flags that the command line named
 * @throws Error, one line that says what of the configuration is wrong
 */
export async function runKubeletDaemon(values: KubeletFlagValues, context: DaemonContext, given: ReadonlySet<string>): Promise<void> {
  const file = values.config === '' ? undefined : await loadKubeletConfiguration(values.config);
  const config = kubeletConfig(values, { given, file, hostname: hostname() });
  const problems = validateKubeletConfig(config);
  if (problems.length > 0) throw new Error(problems.join('; '));
  if (values['hollow-nodes'] > 0) return runHollow(values, config, context);
  if (values.kubeconfig === '') throw new Error('--kubeconfig is required: the kubelet does not run without an API server');
  const client = await connect(values.kubeconfig);
  try {
    await runReal(config, context, client);
  } finally {
    await client.transport.close();
  }
}

async function connect(kubeconfig: string): Promise<ApiClient> {
  const transport = await transportFromKubeconfig(kubeconfig, { clock: systemClock });
  return createApiClient(transport, { userAgent: `kubelet/${KUBERNETES_VERSION}`, clock: systemClock });
}

async function runReal(config: KubeletConfig, context: DaemonContext, client: ApiClient): Promise<void> {
  const { log, signal } = context;
  const source = { component: 'kubelet', host: config.nodeName };
  const recorder = new ApiEventRecorder({ client, source, clock: systemClock, log, signal });
  const informers = new InformerFactory({ client, clock: systemClock, log, transform: dropManagedFields });
  const runtime = await openRuntime(config, context);
  await runKubelet(config, { ...context, client, informers, recorder, runtime, clock: systemClock, random: Math.random });
}

/** Each simulated node is known to the API server as itself, by a kubeconfig of its own; without a folder of those, all by the one there is. */
async function runHollow(values: KubeletFlagValues, config: KubeletConfig, { log, signal }: DaemonContext): Promise<void> {
  const { 'hollow-kubeconfig-dir': folder, kubeconfig } = values;
  if (folder === '' && kubeconfig === '') throw new Error('--hollow-kubeconfig-dir or --kubeconfig is required with --hollow-nodes');
  const kubeconfigOf = (node: string): string => (folder === '' ? kubeconfig : join(folder, `${node}.conf`));
  await runHollowNodes(
    {
      ...hollowNodeSettings(config),
      count: values['hollow-nodes'],
      namePrefix: values['hollow-node-prefix'],
      cpuCores: values['hollow-node-cpus'],
      memoryBytes: Quantity.parse(values['hollow-node-memory']).value(),
    },
    {
      open: async (node, stop) => {
        const client = await connect(kubeconfigOf(node));
        return openHollowNode(node, { client, clock: systemClock, log, signal: stop });
      },
      runtime: (node) => new HollowRuntime({ node, clock: systemClock }),
      clock: systemClock,
      random: Math.random,
      log,
      signal,
    },
  );
}

/** @throws Error for an endpoint of an engine that this kubelet can't drive */
async function openRuntime(config: KubeletConfig, { log }: DaemonContext): Promise<ContainerRuntime> {
  const { containerRuntimeEndpoint: endpoint, podNetworkBridge: name, podNetworkSubnet: subnet, nodeName: node, resolvConf } = config;
  const socketPath = DOCKER_SOCKET.exec(endpoint)?.[1];
  if (socketPath === undefined)
    throw new Error(
      `--container-runtime-endpoint ${JSON.stringify(endpoint)} is not supported: it must be a Docker socket such as unix:///var/run/docker.sock`,
    );
  const network = subnet === '' ? {} : { network: { name, subnet } };
  return openDockerRuntime({ node, socketPath, clock: systemClock, log, ...network, ...(resolvConf === '' ? {} : { resolvConf }) });
}
