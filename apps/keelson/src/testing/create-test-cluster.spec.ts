import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { nodes, pods } from '@keelson/api';
import { createApiClient, transportFromKubeconfig } from '@keelson/client';
import { createOnPort, createTestCluster, type TestCluster } from './create-test-cluster';
import { freePort } from './free-port';

let cluster: TestCluster;
beforeAll(async () => void (cluster = await createTestCluster({ nodes: 2 })), 60_000);
afterAll(() => cluster.stop());

/** Resolves with the first state of the pod that is wanted, from a watch. */
async function podRunning(name: string): Promise<string | undefined> {
  const stop = new AbortController();
  for await (const event of cluster.client
    .resource(pods)
    .watch({ namespace: 'default', fieldSelector: `metadata.name=${name}`, signal: stop.signal })) {
    if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
    if (event.object.status?.phase !== 'Running') continue;
    stop.abort();
    return event.object.spec.nodeName;
  }
  return undefined;
}

describe('createTestCluster', () => {
  it('runs a pod on one of its nodes', async () => {
    await cluster.client.resource(pods).create({
      metadata: { name: 'web', namespace: 'default' },
      spec: { containers: [{ name: 'web', image: 'example.org/web:1' }] },
    });
    expect(await podRunning('web')).toMatch(/^node-[12]$/);
  });

  it('serves by TLS whoever has its kubeconfig', async () => {
    const transport = await transportFromKubeconfig(cluster.kubeconfig);
    const { items } = await createApiClient(transport, { userAgent: 'test' }).resource(nodes).list();
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(['node-1', 'node-2']);
    await transport.close();
  });

  it('lives beside another one, and leaves nothing behind', async () => {
    const other = await createTestCluster({ nodes: 0 });
    const { items } = await other.client.resource(pods).list();
    expect(items).toEqual([]);
    await other.stop();
    expect(existsSync(dirname(other.kubeconfig))).toBe(false);
  });

  it('takes another port when someone was quicker to listen on the one it chose', async () => {
    const taken = Number(new URL(cluster.server).port);
    const free = await freePort();
    const ports = [taken, free];
    const other = await createOnPort(() => Promise.resolve(ports.shift() ?? 0), { nodes: 0 });
    expect(other.server).toBe(`https://127.0.0.1:${free}`);
    expect(ports).toEqual([]);
    await other.stop();
  });
});
