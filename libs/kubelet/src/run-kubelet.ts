import { mkdir, readFile } from 'node:fs/promises';
import { nodes, pods, services, type Node, type Pod } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { createDaemonApp, followFiles, serveHttp, type DaemonContext, type Listening } from '@keelson/component-base';
import type { Container, ContainerRuntime } from '@keelson/container-runtime';
import { AccessReviewer, RequestAuthenticator, type EventRecorder, type Informer, type InformerFactory } from '@keelson/controller-runtime';
import { ensureServingCertificate } from '@keelson/pki';
import type { KubeletConfig } from './config/kubelet-config';
import { kubeletSettings } from './config/kubelet-settings';
import { PodFiles } from './files/pod-files';
import { withTerminationMessage } from './files/termination-messages';
import { Kubelet } from './kubelet';
import { readLog } from './logs/read-log';
import { LinuxHost } from './node/linux-host';
import type { MachineInfo } from './node/node-host';
import { ReferencedObjects } from './objects/referenced-objects';
import type { ReadonlyPod } from './pod/types';
import { PodsByNode } from './pod-sources/pods-by-node';
import { runProbe } from './probes/run-probe';
import { RequestAuthorizer } from './server/authorization';
import { KubeletServer, type KubeletServerDeps } from './server/kubelet-server';
import { SpdyStreams } from './server/spdy-streams';
import { TunnelledPorts } from './server/tunnelled-ports';
import { WebSocketStreams } from './server/websocket-streams';
import { StaticPodFolder } from './static-pods/static-pod-folder';
import { LinuxMounter } from './volumes/mounter';
import { NodeVolumes } from './volumes/node-volumes';
import { ServiceAccountTokens } from './volumes/service-account-tokens';

/** How often it is looked whether the serving certificate was renewed. */
const CERTIFICATE_INTERVAL = 60_000;

export interface KubeletDeps extends DaemonContext {
  readonly client: ApiClient;
  /** Started here, ended by the context's signal. */
  readonly informers: InformerFactory;
  readonly recorder: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The kubelet of this machine. Resolves when it has come to rest after `deps.signal` aborted; the containers run on. */
export async function runKubelet(config: KubeletConfig, deps: KubeletDeps): Promise<void> {
  const { informers, signal, clock, log } = deps;
  await mkdir(config.rootDir, { recursive: true, mode: 0o750 });
  const host = new LinuxHost({ rootDir: config.rootDir, resolvConf: config.resolvConf });
  const machine = await host.info();
  const settings = kubeletSettings(config, { machine, resolver: await host.resolver() });
  const ownPods = informers.informer(pods, { fieldSelector: `spec.nodeName=${config.nodeName}` });
  const ownNode = informers.informer(nodes, { fieldSelector: `metadata.name=${config.nodeName}` });
  const folder =
    config.staticPodPath === ''
      ? undefined
      : new StaticPodFolder({
          path: config.staticPodPath,
          nodeName: config.nodeName,
          checkFrequency: config.fileCheckFrequency,
          clock,
          log,
        });
  const kubelet = makeKubelet(config, { deps, host, settings, ownPods, ownNode, folder });
  ownNode.subscribe(() => kubelet.nodeChanged());
  informers.start(signal);
  addHealthCheck(deps, kubelet);
  if (config.enableServer) await startServer(config, { deps, kubelet, machine, host });
  const healthz = config.healthzPort === 0 ? undefined : await startHealthz(config, deps);
  const staticPods = folder === undefined ? Promise.resolve() : folder.run(signal);
  await Promise.all([kubelet.run(), staticPods, informers.stopped()]);
  await healthz?.close();
}

interface Wiring {
  readonly deps: KubeletDeps;
  readonly host: LinuxHost;
  readonly settings: ReturnType<typeof kubeletSettings>;
  readonly ownPods: Informer<Pod>;
  readonly ownNode: Informer<Node>;
  readonly folder: StaticPodFolder | undefined;
}

function makeKubelet(config: KubeletConfig, { deps, host, settings, ownPods, ownNode, folder }: Wiring): Kubelet {
  const { client, clock, log, runtime, recorder, random, signal, informers } = deps;
  const files = new PodFiles(config.rootDir);
  const allServices = informers.informer(services);
  const byNode = new PodsByNode(ownPods);
  const objects = new ReferencedObjects({ client, clock, signal, onChange: (uid) => kubelet.wake(uid) });
  const volumes = new NodeVolumes({
    files,
    mounter: new LinuxMounter(),
    objects,
    tokens: new ServiceAccountTokens(client, clock),
    facts: (pod) => kubelet.podFacts(pod),
  });
  const kubelet: Kubelet = new Kubelet(
    {
      client,
      runtime,
      host,
      clock,
      log,
      recorder,
      random,
      sources: {
        api: {
          synced: Promise.all([byNode.synced, allServices.synced]).then(() => undefined),
          subscribe: (listener) => byNode.subscribe(config.nodeName, listener),
        },
        files: folder,
      },
      observedNode: () => ownNode.get(config.nodeName),
      services: () => allServices.list(),
      objects,
      volumes,
      files,
      enrich: (container) =>
        withTerminationMessage(container, files, (of, lines, bytes) => logTail(of, { lines, bytes, runtime, clock, signal })),
      probe: runProbe,
    },
    settings,
    signal,
  );
  return kubelet;
}

interface TailOptions {
  readonly lines: number;
  readonly bytes: number;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The end of a dead container's log; nothing if the log is gone, too. */
async function logTail(container: Container, { lines, bytes, runtime, clock, signal }: TailOptions): Promise<string> {
  const source = { path: container.logPath, format: runtime.logFormat, isRunning: () => Promise.resolve(false), clock, signal };
  const pieces: Buffer[] = [];
  try {
    for await (const piece of readLog(source, { tailLines: lines })) pieces.push(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return Buffer.concat(pieces).subarray(-bytes).toString('utf8');
}

/** The node is looked after only while the runtime answers. */
function addHealthCheck({ health }: KubeletDeps, kubelet: Kubelet): void {
  health.add('syncloop', () => {
    const seconds = Math.round(kubelet.states.silence / 1000);
    if (seconds > 180) throw new Error(`the container runtime has not answered for ${seconds}s`);
  });
}

interface ServerWiring {
  readonly deps: KubeletDeps;
  readonly kubelet: Kubelet;
  readonly machine: MachineInfo;
  readonly host: LinuxHost;
}

function accessOf(config: KubeletConfig, { client, clock }: KubeletDeps): Pick<KubeletServerDeps, 'authenticator' | 'authorizer'> {
  const reviewer = new AccessReviewer({
    client,
    clock,
    authorizedMilliseconds: config.authorizedTTL,
    unauthorizedMilliseconds: config.unauthorizedTTL,
  });
  return {
    authenticator: new RequestAuthenticator({
      anonymous: config.anonymousAuth,
      tokenReviews: config.tokenReviews ? client : undefined,
      cacheMilliseconds: config.tokenReviewTTL,
      clock,
    }),
    authorizer: new RequestAuthorizer({
      reviewer: config.authorizationMode === 'Webhook' ? reviewer : undefined,
      nodeName: config.nodeName,
    }),
  };
}

async function startServer(config: KubeletConfig, { deps, kubelet, machine, host }: ServerWiring): Promise<void> {
  const { clock, log, runtime, metrics, health, signal } = deps;
  const addresses = config.nodeIPs.length > 0 ? config.nodeIPs : await host.addresses();
  const files = await ensureServingCertificate({
    certificateFile: config.tlsCertFile,
    keyFile: config.tlsPrivateKeyFile,
    certificateFolder: config.certDir,
    name: 'kubelet',
    subject: { commonName: config.nodeName, dnsNames: [...new Set([config.nodeName, machine.hostname])], ipAddresses: [...addresses] },
    clock,
  });
  const server = new KubeletServer({
    view: nodeView(config, kubelet),
    runtime,
    ...accessOf(config, deps),
    protocols: [new TunnelledPorts(clock), new WebSocketStreams(), new SpdyStreams(clock)],
    metrics,
    health,
    clock,
    log,
    tls: {
      certificate: await readFile(files.certificateFile, 'utf8'),
      key: await readFile(files.keyFile, 'utf8'),
      clientCA: config.clientCAFile === '' ? undefined : await readFile(config.clientCAFile, 'utf8'),
      minVersion: config.tlsMinVersion,
      cipherSuites: config.tlsCipherSuites,
    },
    signal,
  });
  await followFiles(
    [files.certificateFile, files.keyFile],
    ([certificate = '', key = '']) => server.renewCertificate(String(certificate), String(key)),
    {
      timers: clock,
      interval: CERTIFICATE_INTERVAL,
      signal,
      onError: (error) => log.error('The renewed serving certificate can not be used; the old one stays', { error }),
    },
  );
  const port = await server.listen(config.port, config.address);
  log.info('Serving', { address: config.address, port });
}

function nodeView(config: KubeletConfig, kubelet: Kubelet): ConstructorParameters<typeof KubeletServer>[0]['view'] {
  return {
    nodeName: config.nodeName,
    pods: (): readonly ReadonlyPod[] => kubelet.pods(),
    pod: (namespace, name) => kubelet.pod(namespace, name),
    state: (uid) => kubelet.states.read(uid),
    config: () => config,
  };
}

/** The plain port of `/healthz`, for the machine's own supervisor. */
async function startHealthz({ healthzBindAddress, healthzPort }: KubeletConfig, deps: KubeletDeps): Promise<Listening> {
  return serveHttp(createDaemonApp(deps), { address: healthzBindAddress, port: healthzPort, timers: deps.clock, log: deps.log });
}
