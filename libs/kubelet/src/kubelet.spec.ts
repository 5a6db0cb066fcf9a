import type { PodListener } from './pod-sources/pods-by-node';
import { container, pod } from './testing/fixtures';
import { TestNode } from './testing/test-node';

describe('Kubelet', () => {
  let node: TestNode;

  beforeEach(() => {
    node = new TestNode();
    for (const name of ['web', 'init', 'proxy', 'log']) node.runtime.presentImages.add(`registry.test/${name}:1`);
  });

  afterEach(() => node.stop());

  it('registers the node and renews its lease', async () => {
    await node.start();
    await node.clock.advance(20_000);
    expect(node.api.find('nodes', 'node-1')).toMatchObject({ metadata: { labels: { 'kubernetes.io/os': 'linux' } } });
    expect(node.api.find('leases', 'node-1')).toMatchObject({
      spec: { holderIdentity: 'node-1', renewTime: '2026-01-01T00:00:20.000000Z' },
    });
  });

  it('brings a pod from Pending to Running and Ready', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(100);
    expect(node.runtime.calls).toEqual(['runSandbox 0', 'create web 0', 'start web']);
    expect(node.pod()?.status).toMatchObject({
      phase: 'Running',
      podIP: '10.0.0.5',
      hostIP: '192.168.0.1',
      qosClass: 'BestEffort',
      containerStatuses: [{ name: 'web', ready: true, started: true, restartCount: 0, containerID: 'docker://web-1' }],
    });
  });

  it('runs init containers one after another, and a sidecar beside what follows it', async () => {
    await node.start();
    node.api.put('pods', pod({ initContainers: [container('init'), container('proxy', { restartPolicy: 'Always' })] }));
    await node.clock.advance(100);
    expect(node.runtime.running()).toEqual(['init']);
    expect(node.pod()?.status).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
    });
    node.runtime.exit('init', 0);
    await node.clock.advance(100);
    expect(node.runtime.running()).toEqual(['proxy', 'web']);
    expect(node.pod()?.status?.phase).toBe('Running');
  });

  it('restarts a container at once, then after 10 and 20 seconds, and says so', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(100);
    node.runtime.exit('web', 1);
    await node.clock.advance(100);
    expect(node.pod()?.status?.containerStatuses).toMatchObject([{ restartCount: 1, lastState: { terminated: { exitCode: 1 } } }]);
    node.runtime.exit('web', 1);
    await node.clock.advance(9_000);
    expect(node.pod()?.status?.containerStatuses).toMatchObject([
      {
        restartCount: 1,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=web pod=web_default(uid-1)' } },
      },
    ]);
    await node.clock.advance(2_000);
    expect(node.runtime.running()).toEqual(['web']);
    node.runtime.exit('web', 1);
    await node.clock.advance(19_000);
    expect(node.runtime.running()).toEqual([]);
    await node.clock.advance(2_000);
    expect(node.runtime.running()).toEqual(['web']);
  });

  it('lets a pod that is deleted in the apiserver go only after its containers have ended', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(100);
    node.runtime.stubborn.add('web');
    node.api.put('pods', {
      ...node.pod()!,
      metadata: { ...node.pod()!.metadata, deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 },
    });
    await node.clock.advance(29_000);
    expect(node.pod()).toBeDefined();
    await node.clock.advance(2_000);
    expect(node.pod()).toBeUndefined();
    expect(node.api.requests.at(-1)).toBe('delete pods web grace=0');
    expect(await node.runtime.containers()).toEqual([]);
    expect(await node.runtime.sandboxes()).toEqual([]);
  });

  it('kills at once when a deletion under way is forced', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(100);
    node.runtime.stubborn.add('web');
    const deleted = (grace: number) => ({
      ...node.pod()!,
      metadata: { ...node.pod()!.metadata, deletionTimestamp: 'now', deletionGracePeriodSeconds: grace },
    });
    node.api.put('pods', deleted(30));
    await node.clock.advance(1_000);
    node.api.put('pods', deleted(0));
    await node.clock.advance(100);
    expect(node.pod()).toBeUndefined();
  });

  it('adopts running containers after a restart of the kubelet', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(100);
    await node.stop();
    const before = [...node.runtime.calls];
    await node.start();
    await node.clock.advance(5_000);
    expect(node.runtime.calls).toEqual(before);
    expect(node.pod()?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 0 }] });
  });

  it('removes containers of a pod that left while no kubelet ran', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(100);
    await node.stop();
    node.api.remove('pods', { namespace: 'default', name: 'web' });
    await node.start();
    await node.clock.advance(1_000);
    expect(await node.runtime.sandboxes()).toEqual([]);
  });

  it('finishes a pod that is not to restart, stops its sidecar and keeps its phase', async () => {
    await node.start();
    node.api.put('pods', pod({ restartPolicy: 'Never', initContainers: [container('proxy', { restartPolicy: 'Always' })] }));
    await node.clock.advance(100);
    node.runtime.exit('web', 0);
    await node.clock.advance(1_000);
    expect(node.pod()?.status).toMatchObject({
      phase: 'Succeeded',
      containerStatuses: [{ state: { terminated: { reason: 'Completed' } } }],
    });
    expect(node.runtime.running()).toEqual([]);
  });

  it('makes a new sandbox and starts over when the sandbox died', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(100);
    node.runtime.killSandbox();
    await node.clock.advance(1_000);
    expect(node.runtime.calls.slice(3)).toEqual(['runSandbox 1', 'create web 1', 'start web']);
    expect(node.pod()?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 1 }] });
  });

  it('tries again when the sandbox can not be made, and records why', async () => {
    node.runtime.failures.set('runSandbox', [new Error('no network')]);
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(5_000);
    expect(node.events).toContain('Warning FailedCreatePodSandBox: Failed to create pod sandbox: no network');
    expect(node.pod()?.status?.phase).toBe('Running');
  });

  it('lets a pod that fails wait for its next try, whatever the failed one has left in the runtime', async () => {
    node.runtime.onRunSandbox = ({ pod: { uid } }) => {
      node.runtime.tell({ podUid: uid, containerId: 'lost', type: 'exited' });
      throw new Error('no network');
    };
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(15_000);
    // At once, once more as the first failure was told of while it happened, and from then on after 2, 4 and 8 seconds.
    expect(node.runtime.calls.filter((call) => call.startsWith('runSandbox'))).toHaveLength(5);
    node.runtime.onRunSandbox = () => undefined;
    node.api.put('pods', Object.assign(pod(), { status: node.pod()?.status }));
    await node.clock.advance(100);
    expect(node.pod()?.status?.phase).toBe('Running');
  });

  it('starts an ephemeral container that is added to a running pod, beside the processes of its target', async () => {
    await node.start();
    node.api.put('pods', pod());
    await node.clock.advance(1_000);
    const [web] = await node.runtime.containers();
    const shell = { ...container('shell'), targetContainerName: 'web' };
    node.api.put('pods', Object.assign(pod({ ephemeralContainers: [shell] }), { status: node.pod()?.status }));
    await node.clock.advance(1_000);
    expect(node.runtime.running()).toEqual(['web', 'shell']);
    expect(node.runtime.configs.get('shell')?.targetId).toBe(web?.id);
    node.runtime.exit('shell', 1);
    await node.stop();
    await node.start();
    await node.clock.advance(60_000);
    expect(node.runtime.running()).toEqual(['web']);
    expect(node.pod()?.status?.ephemeralContainerStatuses).toMatchObject([{ name: 'shell', state: { terminated: { exitCode: 1 } } }]);
  });

  it('does not start an ephemeral container whose target never ran, and says so', async () => {
    await node.start();
    const shell = { ...container('shell'), targetContainerName: 'nobody' };
    node.api.put('pods', pod({ ephemeralContainers: [shell] }));
    await node.clock.advance(1_000);
    expect(node.runtime.running()).toEqual(['web']);
    expect(node.pod()?.status?.ephemeralContainerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'unable to find target container nobody',
    });
  });

  it('fails a pod past its deadline', async () => {
    await node.start();
    node.api.put('pods', pod({ activeDeadlineSeconds: 5 }));
    await node.clock.advance(6_000);
    expect(node.pod()?.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    const told = node.events.filter((event) => event.includes('Deadline'));
    expect(told).toEqual(['Normal DeadlineExceeded: Pod was active on the node longer than the specified deadline']);
    expect(node.runtime.running()).toEqual([]);
  });

  it('refuses a pod that the node has no room for', async () => {
    await node.start();
    node.api.put('pods', pod({ containers: [container('web', { resources: { requests: { cpu: '5' } } })] }));
    await node.clock.advance(1_000);
    expect(node.pod()?.status).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' });
    expect(node.runtime.calls).toEqual([]);
  });

  it('shows a static pod by a mirror that comes back when it is deleted', async () => {
    await node.start();
    const file = pod(
      {},
      {
        name: 'static-node-1',
        uid: 'hash-1',
        annotations: { 'kubernetes.io/config.source': 'file', 'kubernetes.io/config.hash': 'hash-1' },
      },
    );
    node.addStatic(file);
    await node.clock.advance(1_000);
    expect(node.pod('static-node-1')).toMatchObject({
      metadata: { annotations: { 'kubernetes.io/config.mirror': 'hash-1' } },
      status: { phase: 'Running' },
    });
    node.api.remove('pods', { namespace: 'default', name: 'static-node-1' });
    await node.clock.advance(1_000);
    expect(node.pod('static-node-1')?.status?.phase).toBe('Running');
    node.removeStatic(file);
    await node.clock.advance(1_000);
    expect(node.pod('static-node-1')).toBeUndefined();
    expect(node.runtime.running()).toEqual([]);
  });

  it('runs static pods while the apiserver can not be reached', async () => {
    const never = new Promise<void>(() => undefined);
    const file = pod(
      {},
      {
        name: 'static-node-1',
        uid: 'hash-1',
        annotations: { 'kubernetes.io/config.source': 'file', 'kubernetes.io/config.hash': 'hash-1' },
      },
    );
    const source = {
      synced: Promise.resolve(),
      subscribe: (listener: PodListener) => (listener({ type: 'set', pod: file }), () => undefined),
    };
    await node.start({ sources: { api: { synced: never, subscribe: () => () => undefined }, files: source } });
    await node.clock.advance(1_000);
    expect(node.runtime.running()).toEqual(['web']);
  });
});
