import { connect } from 'node:net';
import type { Clock } from '@keelson/apimachinery';
import type { DeepReadonly, Probe } from '@keelson/api';
import type { ContainerRuntime } from '@keelson/container-runtime';
import type { ReadonlyContainer } from '../pod/types';
import { httpGet } from './http-probe';
import { OutputBuffer } from './output-buffer';
import type { ProbeResult } from './probe-loop';
import { resolvePort } from './resolve-port';

export interface ProbeTarget {
  readonly containerId: string;
  readonly container: ReadonlyContainer;
  readonly podIP: string | undefined;
}

export interface ProbeMeans {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** One attempt of a probe. A rejection is a failure, too. */
export type ProbeRunner = (probe: DeepReadonly<Probe>, target: ProbeTarget, means: ProbeMeans) => Promise<ProbeResult>;

const SUCCESS: ProbeResult = { outcome: 'success' };
const MAX_OUTPUT_BYTES = 10 * 1024;
const USER_AGENT = 'kube-probe/1.36';

export const runProbe: ProbeRunner = (probe, target, means) => {
  if (probe.exec !== undefined) return runCommand(probe.exec.command ?? [], target, means);
  if (probe.httpGet !== undefined) return getOverHTTP(probe.httpGet, target, means.signal);
  if (probe.tcpSocket !== undefined) return openSocket(probe.tcpSocket, target, means.signal);
  return Promise.reject(new Error('gRPC probes are not supported by this node'));
};

async function runCommand(command: readonly string[], { containerId }: ProbeTarget, { runtime, signal }: ProbeMeans): Promise<ProbeResult> {
  const output = new OutputBuffer(MAX_OUTPUT_BYTES);
  const exitCode = await runtime.exec(containerId, { command, tty: false, stdout: output, stderr: output, signal });
  return exitCode === 0 ? SUCCESS : { outcome: 'failure', message: output.text() };
}

async function getOverHTTP(
  action: NonNullable<DeepReadonly<Probe>['httpGet']>,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const request = { ...action, host: action.host ?? target.podIP ?? '', port: resolvePort(action.port, target.container) };
  const { status } = await httpGet(request, { signal, userAgent: USER_AGENT });
  return status >= 200 && status < 400 ? SUCCESS : { outcome: 'failure', message: `HTTP probe failed with statuscode: ${status}` };
}

function openSocket(action: NonNullable<DeepReadonly<Probe>['tcpSocket']>, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: action.host ?? target.podIP ?? '', port: resolvePort(action.port, target.container), signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(SUCCESS);
    });
    socket.once('error', reject);
  });
}
