import { sleep, type Clock } from '@keelson/apimachinery';
import type { DeepReadonly, LifecycleHandler } from '@keelson/api';
import type { ContainerRuntime } from '@keelson/container-runtime';
import { OutputBuffer } from '../probes/output-buffer';
import { httpGet } from '../probes/http-probe';
import { resolvePort } from '../probes/resolve-port';
import type { ReadonlyContainer } from '../pod/types';

export interface HookTarget {
  readonly containerId: string;
  readonly container: ReadonlyContainer;
  readonly podIP: string | undefined;
}

const MAX_OUTPUT_BYTES = 10 * 1024;

/**
 * Runs a container's postStart or preStop handler to its end.
 * @throws Error if it failed, or when `signal` aborts
 */
export async function runHook(
  handler: DeepReadonly<LifecycleHandler>,
  target: HookTarget,
  deps: { readonly runtime: ContainerRuntime; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const { exec, httpGet: request, sleep: pause } = handler;
  if (exec !== undefined) await runCommand(exec.command ?? [], target.containerId, deps);
  else if (request !== undefined) {
    const port = resolvePort(request.port, target.container);
    const { status } = await httpGet(
      { ...request, port, host: request.host ?? target.podIP ?? '' },
      { signal: deps.signal, userAgent: 'kube-lifecycle' },
    );
    if (status >= 400) throw new Error(`lifecycle HTTP handler answered ${status}`);
  } else if (pause !== undefined) await sleep(deps.clock, pause.seconds * 1000, deps.signal);
  deps.signal.throwIfAborted();
}

async function runCommand(
  command: readonly string[],
  containerId: string,
  { runtime, signal }: { readonly runtime: ContainerRuntime; readonly signal: AbortSignal },
): Promise<void> {
  const output = new OutputBuffer(MAX_OUTPUT_BYTES);
  const exitCode = await runtime.exec(containerId, { command, tty: false, stdout: output, stderr: output, signal });
  if (exitCode !== 0) throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${output.text()}`);
}
