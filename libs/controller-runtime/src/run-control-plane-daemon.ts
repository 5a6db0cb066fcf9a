import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '@keelson/apimachinery';
import { createApiClient, transportFromKubeconfig, type ApiClient } from '@keelson/client';
import {
  createDaemonApp,
  KUBERNETES_VERSION,
  serveHttps,
  type DaemonContext,
  type Listening,
  type ServeTlsOptions,
} from '@keelson/component-base';
import { ensureServingCertificate } from '@keelson/pki';
import { delegateAccess } from './access/delegate-access';
import { ApiEventRecorder } from './api-event-recorder';
import type { ControlPlaneFlagValues } from './control-plane-flags';
import type { EventRecorder } from './event-recorder';
import { runWithLeaderElection } from './leader-election';

/** What a daemon works with while it leads. */
export interface ControlPlaneParts extends DaemonContext {
  readonly client: ApiClient;
  /** Where events are written to: with a rate limit of its own. */
  readonly eventClient: ApiClient;
  /** Records Events that say which component they come from. */
  readonly recorderOf: (component: string) => EventRecorder;
}

export interface ControlPlaneDaemon {
  /** Upstream's name, such as `kube-scheduler`. */
  readonly name: string;
  /** The daemon's work; its signal aborts when the lease is lost or the daemon is to stop. */
  readonly lead: (parts: ControlPlaneParts) => Promise<void>;
}

/**
 * A daemon of the control plane, whole but for its work: connects to the API server, serves health and metrics, and lets `lead` work while it
 * holds the lease. Resolves when `context.signal` aborted and all has come to rest.
 * @throws LeadershipLost when another took over; Error if it can't begin
 */
export async function runControlPlaneDaemon(
  values: ControlPlaneFlagValues,
  context: DaemonContext,
  daemon: ControlPlaneDaemon,
): Promise<void> {
  if (values.kubeconfig === undefined) throw new Error(`--kubeconfig is required: ${daemon.name} does not run without an API server`);
  const transport = await transportFromKubeconfig(values.kubeconfig, { clock: systemClock });
  const rateLimit = { qps: values['kube-api-qps'], burst: values['kube-api-burst'] };
  // The limit is each client's own: neither events nor the renewal of the lease wait behind the daemon's work.
  const newClient = (): ApiClient =>
    createApiClient(transport, { userAgent: `${daemon.name}/${KUBERNETES_VERSION}`, clock: systemClock, rateLimit });
  const client = newClient();
  const listening = await serve(values, context, daemon.name);
  const { log, signal } = context;
  const eventClient = newClient();
  const recorderOf = (component: string): EventRecorder =>
    new ApiEventRecorder({ client: eventClient, source: { component }, clock: systemClock, log, signal });
  try {
    const lead = (leading: AbortSignal): Promise<void> => daemon.lead({ ...context, client, eventClient, recorderOf, signal: leading });
    if (!values['leader-elect']) await lead(signal);
    else
      await runWithLeaderElection(
        {
          ...electionOptions(values),
          client: newClient(),
          recorder: recorderOf(daemon.name),
          clock: systemClock,
          log,
          random: Math.random,
          signal,
        },
        lead,
      );
  } finally {
    await listening?.close();
    await transport.close();
  }
}

function electionOptions(
  values: ControlPlaneFlagValues,
): Pick<Parameters<typeof runWithLeaderElection>[0], 'lease' | 'identity' | 'leaseDuration' | 'renewDeadline' | 'retryPeriod'> {
  return {
    lease: { namespace: values['leader-elect-resource-namespace'], name: values['leader-elect-resource-name'] },
    identity: `${hostname()}_${randomUUID()}`,
    leaseDuration: values['leader-elect-lease-duration'],
    renewDeadline: values['leader-elect-renew-deadline'],
    retryPeriod: values['leader-elect-retry-period'],
  };
}

/** Health for everybody, the rest for whom the API server lets see it. */
async function serve(values: ControlPlaneFlagValues, context: DaemonContext, name: string): Promise<Listening | undefined> {
  if (values['secure-port'] === 0) return undefined;
  const access = await delegateAccess(values, { name, log: context.log });
  try {
    const { checkAccess, clientCertificates } = access;
    const app = createDaemonApp({ ...context, checkAccess });
    const listening = await serveHttps(app, { ...(await serveOptions(values, context, name)), clientCertificates });
    const close = async (): Promise<void> => {
      await listening.close();
      await access.close();
    };
    await access.follow((authorities) => listening.trustClientsOf(authorities)).catch(afterClosing(listening));
    return { port: listening.port, close };
  } catch (error) {
    await access.close();
    throw error;
  }
}

const afterClosing =
  (listening: Listening) =>
  async (error: unknown): Promise<never> => {
    await listening.close();
    throw error;
  };

async function serveOptions(values: ControlPlaneFlagValues, { log }: DaemonContext, name: string): Promise<ServeTlsOptions> {
  const files = await ensureServingCertificate({
    certificateFile: values['tls-cert-file'],
    keyFile: values['tls-private-key-file'],
    certificateFolder: values['cert-dir'],
    name,
    subject: { commonName: hostname(), dnsNames: ['localhost', hostname()], ipAddresses: ['127.0.0.1'] },
    clock: systemClock,
  });
  const { 'bind-address': address, 'secure-port': port } = values;
  const tls = { minVersion: values['tls-min-version'], cipherSuites: values['tls-cipher-suites'] };
  return { ...files, address, port, tls, timers: systemClock, log };
}
