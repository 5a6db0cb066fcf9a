import { FakeClock } from '@keelson/apimachinery';
import type { SandboxConfig } from '../container-runtime';
import { containerRuntimeConformance } from '../conformance/container-runtime.conformance';
import { ContainerStartError } from '../runtime-errors';
import { containerConfig } from '../testing/container-config';
import { HollowRuntime } from './hollow-runtime';
import { EXIT_CODE, RUN_SECONDS } from './scripted-end';

/** On a node that has its podCIDR. */
function open(clock = new FakeClock()): HollowRuntime {
  const runtime = new HollowRuntime({ node: 'node-1', clock });
  void runtime.setPodCIDR('10.244.1.0/24');
  return runtime;
}

containerRuntimeConformance('hollow', {
  capabilities: open().capabilities,
  open: () => open(),
  image: 'nginx:1.27',
  setUp: async () => undefined,
  tearDown: async () => undefined,
});

const sandboxOf = (annotations: Record<string, string>): SandboxConfig => ({
  pod: { namespace: 'default', name: 'job', uid: 'uid-1' },
  attempt: 0,
  hostname: 'job',
  portMappings: [],
  labels: {},
  annotations,
  logDirectory: '/var/log/pods/default_job_uid-1',
  linux: { hostNetwork: false, hostPID: false, hostIPC: false, shareProcessNamespace: false, sysctls: {} },
});

const container = containerConfig('busybox');

describe('HollowRuntime', () => {
  it('ends a container when and how its pod asks for it', async () => {
    const clock = new FakeClock();
    const runtime = open(clock);
    const sandbox = sandboxOf({ [RUN_SECONDS]: '1.5', [EXIT_CODE]: '3' });
    const id = await runtime.createContainer(await runtime.runSandbox(sandbox), container, sandbox);
    await runtime.startContainer(id);
    await clock.advance(1499);
    expect((await runtime.containers())[0]?.state).toBe('running');
    await clock.advance(1);
    expect((await runtime.containers())[0]).toMatchObject({ state: 'exited', exitCode: 3, reason: 'Error', finishedAt: clock.now() });
  });

  it('ends a container as its shell command says, unless the pod says otherwise', async () => {
    const clock = new FakeClock();
    const runtime = open(clock);
    const failing = { ...container, command: ['sh', '-c', 'exit 7'] };
    for (const annotations of [{}, { [RUN_SECONDS]: '0' }]) {
      const sandbox = sandboxOf(annotations);
      await runtime.startContainer(await runtime.createContainer(await runtime.runSandbox(sandbox), failing, sandbox));
    }
    await clock.advance(1);
    expect((await runtime.containers()).map(({ exitCode }) => exitCode)).toEqual([7, 0]);
  });

  it('remembers the files of a pod from one of its containers to the next, and of no other', async () => {
    const clock = new FakeClock();
    const runtime = open(clock);
    const once = { ...container, command: ['sh', '-c', 'test -f /data/done && exit 0; touch /data/done; exit 1'] };
    const sandbox = sandboxOf({});
    const start = async (of: SandboxConfig, sandboxId: string) => {
      await runtime.startContainer(await runtime.createContainer(sandboxId, once, of));
      await clock.advance(1);
      return (await runtime.containers({ podUid: of.pod.uid })).at(-1)?.exitCode;
    };
    const first = await runtime.runSandbox(sandbox);
    expect(await start(sandbox, first)).toBe(1);
    expect(await start(sandbox, first)).toBe(0);
    const other = { ...sandbox, pod: { ...sandbox.pod, uid: 'uid-2' } };
    expect(await start(other, await runtime.runSandbox(other))).toBe(1);
    await runtime.removeSandbox(first);
    expect(await start(sandbox, await runtime.runSandbox(sandbox))).toBe(1);
  });

  it('has every image but those tagged 404 or non-existent', async () => {
    const runtime = open();
    expect(await runtime.image('web:404')).toBeUndefined();
    expect(await runtime.image('web:non-existent')).toBeUndefined();
    await expect(runtime.pullImage('web:404')).rejects.toThrow('failed to pull image "web:404": not found');
    expect(await runtime.image('web:4040')).toBeDefined();
  });

  it('leaves no timer behind when a container is stopped before its scripted end', async () => {
    const clock = new FakeClock();
    const runtime = open(clock);
    const sandbox = sandboxOf({ [RUN_SECONDS]: '60' });
    const sandboxId = await runtime.runSandbox(sandbox);
    await runtime.startContainer(await runtime.createContainer(sandboxId, container, sandbox));
    await runtime.removeSandbox(sandboxId);
    expect(clock.pending).toBe(0);
  });

  it('refuses to start a container whose script is no number', async () => {
    const runtime = open();
    const sandbox = sandboxOf({ [RUN_SECONDS]: 'soon' });
    const id = await runtime.createContainer(await runtime.runSandbox(sandbox), container, sandbox);
    await expect(runtime.startContainer(id)).rejects.toBeInstanceOf(ContainerStartError);
  });

  it('makes no pod that needs an address before the node has its podCIDR, and says that it is not ready', async () => {
    const runtime = new HollowRuntime({ node: 'node-1', clock: new FakeClock() });
    const problem = 'pod network not ready: the node has no podCIDR yet';
    await expect(runtime.check()).rejects.toThrow(problem);
    await expect(runtime.runSandbox(sandboxOf({}))).rejects.toThrow(problem);
    const onHostNetwork = sandboxOf({});
    await runtime.runSandbox({ ...onHostNetwork, linux: { ...onHostNetwork.linux, hostNetwork: true } });
    expect(await runtime.sandboxes()).toMatchObject([{ state: 'ready', ips: [] }]);
    await runtime.setPodCIDR('10.244.3.0/24');
    await runtime.check();
  });

  it('gives no id again that another runtime of the node has given', async () => {
    const clock = new FakeClock();
    const first = await open(clock).runSandbox(sandboxOf({}));
    await clock.advance(1);
    expect(await open(clock).runSandbox(sandboxOf({}))).not.toBe(first);
  });

  it('takes addresses from the podCIDR, and gives them back when the sandbox stops', async () => {
    const runtime = new HollowRuntime({ node: 'node-1', clock: new FakeClock() });
    await runtime.setPodCIDR('10.244.3.0/30');
    const first = await runtime.runSandbox(sandboxOf({}));
    await runtime.runSandbox(sandboxOf({}));
    expect((await runtime.sandboxes()).flatMap(({ ips }) => ips)).toEqual(['10.244.3.1', '10.244.3.2']);
    await expect(runtime.runSandbox(sandboxOf({}))).rejects.toThrow('no address left in 10.244.3.0/30');
    await runtime.stopSandbox(first);
    await runtime.runSandbox(sandboxOf({}));
    expect((await runtime.sandboxes()).flatMap(({ ips }) => ips)).toEqual(['10.244.3.2', '10.244.3.1']);
  });
});
