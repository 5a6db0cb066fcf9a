import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster, executable, runExecutable } from '../testing/cluster';

const NODE = 'silent-1';
const TOLERATION_SECONDS = 2;

/** Pods that leave a node soon after it is found silent, in place of the five minutes that pods otherwise wait. */
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'main', image: 'example.org/web:1' }],
        tolerations: ['not-ready', 'unreachable'].map((condition) => ({
          key: `node.kubernetes.io/${condition}`,
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: TOLERATION_SECONDS,
        })),
      },
    },
  },
};

describe('A node that falls silent', () => {
  let cluster: Cluster;
  let kubelet: ChildProcess;
  beforeAll(async () => {
    cluster = await Cluster.up('--runtime', 'hollow', '--nodes', '1');
    await makeCredential();
    kubelet = startKubelet();
    await cluster.until(condition('Ready'), (text) => text === 'True');
  });
  afterAll(async () => {
    await kill(kubelet);
    await cluster.remove();
  });

  /** A kubeconfig for the node, of the cluster's authorities, in a copy of the cluster's own folder for them. */
  async function makeCredential(): Promise<void> {
    const folder = join(cluster.folder, 'credentials');
    await cp(join(cluster.home, 'config'), folder, { recursive: true });
    await runExecutable('keelson', ['pki', folder, '--node', NODE]);
  }

  function startKubelet(): ChildProcess {
    const args = [
      `--hollow-kubeconfig-dir=${join(cluster.folder, 'credentials/kubelets')}`,
      '--hollow-nodes=1',
      '--hollow-node-prefix=silent-',
      `--cert-dir=${join(cluster.folder, 'kubelet')}`,
    ];
    return spawn(executable('kubelet'), args, { stdio: 'ignore' });
  }

  const condition = (type: string) => () =>
    cluster.kubectl('get', 'node', NODE, '-o', `jsonpath={.status.conditions[?(@.type=="${type}")].status}`);
  const pods = (node: string) => cluster.kubectl('get', 'pods', '-l', 'app=web', '--field-selector', `spec.nodeName=${node}`, '-o', 'name');
  const podCount = (node: string) => async () => String((await pods(node)).split('\n').filter((line) => line !== '').length);

  it('is found out, and its pods are replaced on another node', async () => {
    await cluster.kubectl('cordon', 'node-1');
    await cluster.apply(web);
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await podCount(NODE)()).toBe('3');
    await cluster.kubectl('uncordon', 'node-1');
    await kill(kubelet);
    await cluster.until(condition('Ready'), (text) => text === 'Unknown');
    await cluster.until(podCount('node-1'), (text) => text === '3');
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const effects = await cluster.kubectl(
      'get',
      'node',
      NODE,
      '-o',
      'jsonpath={.spec.taints[?(@.key=="node.kubernetes.io/unreachable")].effect}',
    );
    expect(effects.split(' ').sort()).toEqual(['NoExecute', 'NoSchedule']);
    // Nobody there has said that they have ended.
    expect(await podCount(NODE)()).toBe('3');
  });

  it('ends the pods that were replaced, and is used again, once it speaks', async () => {
    kubelet = startKubelet();
    await cluster.until(condition('Ready'), (text) => text === 'True');
    await cluster.until(podCount(NODE), (text) => text === '0');
    const taints = () => cluster.kubectl('get', 'node', NODE, '-o', 'jsonpath={.spec.taints}');
    await cluster.until(taints, (text) => text === '');
    await cluster.kubectl('cordon', 'node-1');
    await cluster.kubectl('scale', 'deployment', 'web', '--replicas=4');
    await cluster.until(podCount(NODE), (text) => text === '1');
  });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
