import { Cluster } from '../testing/cluster';

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.up('--runtime', 'hollow', '--nodes', '3')));
afterAll(() => cluster.remove());

const labelled = (app: string) => ({ selector: { matchLabels: { app } }, template: templateOf(app) });
const templateOf = (app: string) => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image: 'example.org/app:1' }] } });

const imagesOf = async (app: string) =>
  (await cluster.kubectl('get', 'pods', '-l', `app=${app}`, '-o', 'jsonpath={.items[*].spec.containers[0].image}')).split(' ');

/** Rolls a workload over to another image and back, as a user does. */
async function rollOverAndBack(name: string, app: string): Promise<void> {
  await cluster.kubectl('rollout', 'status', name, '--timeout=60s');
  await cluster.kubectl('set', 'image', name, 'c=example.org/app:2');
  await cluster.kubectl('rollout', 'status', name, '--timeout=60s');
  expect(new Set(await imagesOf(app))).toEqual(new Set(['example.org/app:2']));
  await cluster.kubectl('rollout', 'undo', name);
  await cluster.kubectl('rollout', 'status', name, '--timeout=60s');
  expect(new Set(await imagesOf(app))).toEqual(new Set(['example.org/app:1']));
  expect(await cluster.kubectl('rollout', 'history', name)).toMatch(/^2 .*\n3 /m);
}

describe('A StatefulSet', () => {
  it('names its pods in order, gives each its claim, rolls over and back, and scales', async () => {
    const spec = { replicas: 3, serviceName: 'db', ...labelled('db') };
    const volumeClaimTemplates = [
      { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ];
    await cluster.apply({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec });
    await rollOverAndBack('statefulset/db', 'db');
    expect(await cluster.kubectl('get', 'pods', '-l', 'app=db', '-o', 'name')).toBe('pod/db-0\npod/db-1\npod/db-2\n');
    await cluster.kubectl('scale', 'statefulset/db', '--replicas=1');
    await cluster.until(
      () => cluster.kubectl('get', 'pods', '-l', 'app=db', '-o', 'name'),
      (text) => text === 'pod/db-0\n',
    );
    const stored = {
      ...spec,
      replicas: 2,
      selector: { matchLabels: { app: 'stored' } },
      template: templateOf('stored'),
      volumeClaimTemplates,
    };
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'stored' },
      spec: { ...stored, podManagementPolicy: 'Parallel' },
    });
    const claims = () => cluster.kubectl('get', 'persistentvolumeclaims', '-o', 'name');
    await cluster.until(claims, (text) => text === 'persistentvolumeclaim/data-stored-0\npersistentvolumeclaim/data-stored-1\n');
  });
});

describe('A DaemonSet', () => {
  it('runs a pod on every node but those that are closed to it, and rolls over and back', async () => {
    await cluster.kubectl('taint', 'node', 'node-3', 'closed=yes:NoSchedule');
    await cluster.apply({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: labelled('agent') });
    await rollOverAndBack('daemonset/agent', 'agent');
    const nodes = async () =>
      (await cluster.kubectl('get', 'pods', '-l', 'app=agent', '-o', 'jsonpath={.items[*].spec.nodeName}')).split(' ').sort().join(' ');
    expect(await nodes()).toBe('node-1 node-2');
    await cluster.kubectl('taint', 'node', 'node-3', 'closed-');
    await cluster.until(nodes, (text) => text === 'node-1 node-2 node-3');
  });
});

describe('A CronJob', () => {
  it('runs its Jobs when they are due, and remembers', async () => {
    const container = { name: 'c', image: 'example.org/app:1', command: ['sh', '-c', 'exit 0'] };
    const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } };
    await cluster.apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'tick' },
      spec: { schedule: '@every 2s', jobTemplate },
    });
    const lastSuccess = () => cluster.kubectl('get', 'cronjob', 'tick', '-o', 'jsonpath={.status.lastSuccessfulTime}');
    await cluster.until(lastSuccess, (text) => text !== '');
    await cluster.kubectl('patch', 'cronjob', 'tick', '-p', '{"spec":{"suspend":true}}');
    expect(await cluster.kubectl('get', 'jobs', '-o', 'jsonpath={.items[*].metadata.ownerReferences[0].name}')).toMatch(/^tick/);
  });
});

describe('A ResourceQuota', () => {
  const inTeam = (...args: readonly string[]) => cluster.kubectl('--namespace', 'team', ...args);
  const field = (object: string, jsonpath: string) => inTeam('get', object, '-o', `jsonpath={${jsonpath}}`);

  it('holds a namespace to its limits, shows what is used of them, and gives back what goes', async () => {
    await cluster.kubectl('create', 'namespace', 'team');
    await inTeam('create', 'quota', 'limits', '--hard=pods=2,count/deployments.apps=1,requests.cpu=1');
    await cluster.until(
      () => field('quota/limits', '.status.used.pods'),
      (used) => used === '0',
    );
    const resources = { requests: { cpu: '100m' } };
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'example.org/app:1', resources }] } };
    const metadata = { name: 'web', namespace: 'team' };
    await cluster.apply({ apiVersion: 'v1', kind: 'ReplicationController', metadata, spec: { replicas: 3, template } });
    const failure = await cluster.until(
      () => field('rc/web', '.status.conditions[?(@.type=="ReplicaFailure")].message'),
      (text) => text !== '',
    );
    expect(failure).toMatch(/is forbidden: exceeded quota: limits, requested: pods=1, used: pods=2, limited: pods=2$/);
    expect(await inTeam('describe', 'quota', 'limits')).toMatch(/count\/deployments.apps +0 +1\npods +2 +2\nrequests.cpu +200m +1\n/);
    expect(await cluster.kubectl('describe', 'namespace', 'team')).toMatch(/Resource Quotas\n +Name: +limits\n(.*\n)* +pods +2 +2\n/);
    expect(await inTeam('get', 'quota')).toMatch(/limits +count\/deployments.apps: 0\/1, pods: 2\/2, requests.cpu: 200m\/1/);
    await inTeam('scale', 'rc/web', '--replicas=1');
    await cluster.until(
      () => field('rc/web', '.status.conditions'),
      (text) => text === '',
    );
    await cluster.until(
      () => field('quota/limits', '.status.used.pods'),
      (used) => used === '1',
    );
    await cluster.kubectl('delete', 'namespace', 'team', '--wait=false');
  });
});
