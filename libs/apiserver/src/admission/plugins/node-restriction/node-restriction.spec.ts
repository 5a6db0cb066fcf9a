import { generateKeyPairSync } from 'node:crypto';
import {
  certificatesigningrequests,
  csinodes,
  leases,
  MIRROR_POD_ANNOTATION,
  nodes,
  persistentvolumeclaims,
  pods,
  resourceslices,
  serviceaccounts,
  type Pod,
  type PodSpec,
} from '@keelson/api';
import { createCertificateRequest } from '@keelson/pki';
import { startTestApiserver, type TestApiserver } from '../../../testing/start-test-apiserver';

const containers = [{ name: 'c', image: 'i' }];
const inDefault = (name: string) => ({ namespace: 'default', name });
const forbidden = (why: string) => ({ status: { code: 403, message: expect.stringContaining(why) as string } });
const userOf = (node: string) => ({ token: node, user: { name: `system:node:${node}`, groups: ['system:nodes'] } });

let server: TestApiserver;
/** The uid of node a. */
let uid: string;
beforeAll(async () => {
  server = await startTestApiserver({
    config: {
      // Whatever the authorizers would say: what is tried here is admission alone.
      authorizationModes: ['AlwaysAllow'],
      enableAdmissionPlugins: ['NodeRestriction'],
      staticTokens: [
        { token: 'admin-token', user: { name: 'admin', groups: ['system:masters'] } },
        userOf('a'),
        userOf('b'),
        userOf(''),
      ].map((one) => (one.token === '' ? { ...one, token: 'nameless' } : one)),
    },
  });
  uid = (
    await server
      .clientOf('a')
      .resource(nodes)
      .create({ metadata: { name: 'a' }, spec: {} })
  ).metadata.uid;
  await server.admin.resource(nodes).create({ metadata: { name: 'b' }, spec: {} });
  await server.admin.resource(serviceaccounts).create({ metadata: inDefault('account') });
});
afterAll(() => server.stop());

/** Tells which sandbox of a test its pod is by `name`. */
function podOn(node: string, name: string, spec: Partial<PodSpec> = {}): Promise<Pod> {
  return server.admin
    .resource(pods)
    .create({ metadata: inDefault(name), spec: { nodeName: node, serviceAccountName: 'account', containers, ...spec } });
}

describe('NodeRestriction on nodes', () => {
  it('holds a node to its own object', async () => {
    const mine = server.clientOf('a').resource(nodes);
    const other = await mine.get({ name: 'b' });
    await expect(mine.updateStatus(other)).rejects.toMatchObject(forbidden('node "a" is not allowed to modify node "b"'));
    await expect(mine.delete({ name: 'b' })).rejects.toMatchObject(forbidden('node "a" is not allowed to modify node "b"'));
    await expect(mine.create({ metadata: { name: 'c' }, spec: {} })).rejects.toMatchObject(
      forbidden('node "a" is not allowed to modify node "c"'),
    );
  });

  it('lets it set the labels that kubelets set, and its own, but none that steer workloads', async () => {
    const mine = server.clientOf('a').resource(nodes);
    const patch = (labels: Record<string, string | null>) => mine.patch({ name: 'a' }, { type: 'merge', patch: { metadata: { labels } } });
    await patch({ 'kubernetes.io/os': 'linux', 'x.node.kubernetes.io/y': '1', 'example.com/rack': '7', plain: 'z' });
    await expect(patch({ 'node-restriction.kubernetes.io/fips': 'true', 'foo.k8s.io/bar': '1' })).rejects.toMatchObject(
      forbidden('is not allowed to modify labels: foo.k8s.io/bar, node-restriction.kubernetes.io/fips'),
    );
    await server.admin
      .resource(nodes)
      .patch({ name: 'a' }, { type: 'merge', patch: { metadata: { labels: { 'x.node-restriction.kubernetes.io/y': '1' } } } });
    await expect(patch({ 'x.node-restriction.kubernetes.io/y': null })).rejects.toMatchObject(forbidden('is not allowed to modify labels'));
  });

  it('refuses such labels at registration too', async () => {
    await server.admin.resource(nodes).delete({ name: 'b' });
    const metadata = { name: 'b', labels: { 'node-role.kubernetes.io/control-plane': '' } };
    await expect(server.clientOf('b').resource(nodes).create({ metadata, spec: {} })).rejects.toMatchObject(
      forbidden('node "b" is not allowed to set the following labels: node-role.kubernetes.io/control-plane'),
    );
    await server
      .clientOf('b')
      .resource(nodes)
      .create({ metadata: { name: 'b' }, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
  });

  it('lets it not take off its taints', async () => {
    const mine = server.clientOf('b').resource(nodes);
    await expect(mine.patch({ name: 'b' }, { type: 'merge', patch: { spec: { taints: null } } })).rejects.toMatchObject(
      forbidden('node "b" is not allowed to modify taints'),
    );
  });

  it('refuses whoever has the group of nodes but no name', async () => {
    await expect(server.clientOf('nameless').resource(nodes).delete({ name: 'b' })).rejects.toMatchObject(
      forbidden('could not determine node from user "system:node:"'),
    );
  });
});

describe('NodeRestriction on pods', () => {
  const mirror = (name: string, spec: Partial<PodSpec> = {}, owner: object = {}) => ({
    metadata: {
      ...inDefault(name),
      annotations: { [MIRROR_POD_ANNOTATION]: 'hash' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'a', uid, controller: true, ...owner }],
    },
    spec: { nodeName: 'a', containers, ...spec },
  });
  const create = (pod: ReturnType<typeof mirror>) => server.clientOf('a').resource(pods).create(pod);

  it('takes a mirror pod of its own and deletes it', async () => {
    await create(mirror('static'));
    await server.clientOf('a').resource(pods).delete(inDefault('static'), { gracePeriodSeconds: 0 });
  });

  it.each<[string, () => ReturnType<typeof mirror>, string]>([
    ['is on another node', () => mirror('m', { nodeName: 'b' }), 'node "a" can only create pods with spec.nodeName set to itself'],
    [
      'belongs to another node',
      () => mirror('m', {}, { name: 'b' }),
      'node "a" can only create pods with an owner reference set to itself',
    ],
    ['is not controlled by the node', () => mirror('m', {}, { controller: false }), 'with a controller owner reference set to itself'],
    ['blocks the deletion of the node', () => mirror('m', {}, { blockOwnerDeletion: true }), 'must not set blockOwnerDeletion'],
    ['belongs to an older node of its name', () => mirror('m', {}, { uid: 'old' }), 'node a UID mismatch: expected old got '],
    [
      'needs a secret',
      () => mirror('m', { containers: [{ name: 'c', image: 'i', envFrom: [{ secretRef: { name: 's' } }] }] }),
      'node "a" can not create pods that reference secrets',
    ],
    ['needs a config map', () => mirror('m', { volumes: [{ name: 'v', configMap: { name: 's' } }] }), 'that reference configmaps'],
    [
      'needs a claim',
      () => mirror('m', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 's' } }] }),
      'that reference persistentvolumeclaims',
    ],
    ['has an account', () => mirror('m', { serviceAccountName: 'account' }), 'that reference serviceaccounts'],
    [
      'gets a token',
      () => mirror('m', { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }),
      'that reference serviceaccounts (via projected volumes)',
    ],
  ])('refuses a mirror pod that %s', async (_what, pod, why) => {
    await expect(create(pod())).rejects.toMatchObject(forbidden(why));
  });

  it('refuses a pod that is no mirror', async () => {
    const { metadata, spec } = mirror('m');
    await expect(create({ metadata: { ...metadata, annotations: {} }, spec } as never)).rejects.toMatchObject(
      forbidden(`pod does not have "${MIRROR_POD_ANNOTATION}" annotation, node "a" can only create mirror pods`),
    );
  });

  it('lets it report only on pods that are on it, and not relabel them', async () => {
    const mine = server.clientOf('a').resource(pods);
    const here = await podOn('a', 'here');
    const there = await podOn('b', 'there');
    const reported = await mine.updateStatus({ ...here, status: { phase: 'Running' } });
    await expect(mine.updateStatus({ ...there, status: { phase: 'Running' } })).rejects.toMatchObject(
      forbidden('node "a" can only update pod status for pods with spec.nodeName set to itself'),
    );
    await expect(mine.updateStatus({ ...reported, metadata: { ...reported.metadata, labels: { x: 'y' } } })).rejects.toMatchObject(
      forbidden('node "a" cannot update labels through pod status'),
    );
    await expect(mine.update(reported)).rejects.toMatchObject(forbidden('unexpected operation "UPDATE"'));
  });

  it('lets it evict and delete only pods that are on it', async () => {
    const mine = server.clientOf('a').resource(pods);
    await podOn('a', 'evictable');
    await podOn('b', 'elsewhere');
    const eviction = (name: string) => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: inDefault(name) });
    await mine.createSubresource(inDefault('evictable'), 'eviction', eviction('evictable'));
    await expect(mine.createSubresource(inDefault('elsewhere'), 'eviction', eviction('elsewhere'))).rejects.toMatchObject(
      forbidden('node a can only evict pods with spec.nodeName set to itself'),
    );
    await expect(mine.delete(inDefault('elsewhere'))).rejects.toMatchObject(
      forbidden('node "a" can only delete pods with spec.nodeName set to itself'),
    );
  });
});

describe('NodeRestriction on tokens', () => {
  const request = (pod: Pick<Pod, 'metadata'> | undefined, audiences: string[] = []) =>
    server
      .clientOf('a')
      .resource(serviceaccounts)
      .createSubresource(inDefault('account'), 'token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences,
          ...(pod === undefined
            ? {}
            : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid } }),
        },
      });
  const tokenVolume = (audience?: string) => ({
    volumes: [
      { name: 't', projected: { sources: [{ serviceAccountToken: { path: 't', ...(audience === undefined ? {} : { audience }) } }] } },
    ],
  });

  it('gives one for a pod on the node that mounts one', async () => {
    await request(await podOn('a', 'mounts', tokenVolume()));
    await request(await podOn('a', 'mounts-vault', tokenVolume('vault')), ['vault']);
  });

  it('gives none without a pod, none for a pod elsewhere, and none for an earlier pod of the name', async () => {
    await expect(request(undefined)).rejects.toMatchObject(forbidden('node requested token not bound to a pod'));
    await expect(request(await podOn('b', 'mounts-elsewhere', tokenVolume()))).rejects.toMatchObject(
      forbidden('node requested token bound to a pod scheduled on a different node'),
    );
    const { metadata } = await podOn('a', 'again', tokenVolume());
    await expect(request({ metadata: { ...metadata, uid: 'earlier' } })).rejects.toMatchObject(
      forbidden('the UID in the bound object reference (earlier) does not match the UID in record'),
    );
    await expect(request({ metadata: { ...metadata, uid: '' } })).rejects.toMatchObject(forbidden('with a pod binding without a uid'));
  });

  it('gives one for one audience at most', async () => {
    await expect(request(await podOn('a', 'two', tokenVolume('vault')), ['vault', 'bank'])).rejects.toMatchObject(
      forbidden('node may only request 0 or 1 audiences'),
    );
  });
});

describe('NodeRestriction on an audience that no volume asks for', () => {
  it('asks whether the node was granted it', async () => {
    const strict = await startTestApiserver({
      config: {
        authorizationModes: ['Node', 'RBAC'],
        enableAdmissionPlugins: ['NodeRestriction'],
        staticTokens: [{ token: 'admin-token', user: { name: 'admin', groups: ['system:masters'] } }, userOf('a')],
      },
    });
    await strict.admin.resource(serviceaccounts).create({ metadata: inDefault('account') });
    const spec = { nodeName: 'a', serviceAccountName: 'account', containers };
    const { metadata } = await strict.admin.resource(pods).create({ metadata: inDefault('p'), spec });
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: metadata.uid };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['vault'], boundObjectRef } };
    await expect(
      strict.clientOf('a').resource(serviceaccounts).createSubresource(inDefault('account'), 'token', body),
    ).rejects.toMatchObject(
      forbidden('audience "vault" not found in pod spec volume, system:node:a is not authorized to request tokens for this audience'),
    );
    await strict.stop();
  });
});

describe('NodeRestriction on what is named after a node', () => {
  it('holds it to its own lease', async () => {
    const mine = server.clientOf('a').resource(leases);
    const lease = (namespace: string, name: string) => ({ metadata: { namespace, name }, spec: {} });
    await mine.create(lease('kube-node-lease', 'a'));
    await expect(mine.create(lease('kube-node-lease', 'b'))).rejects.toMatchObject(
      forbidden('can only access node lease with the same name as the requesting node'),
    );
    await expect(mine.create(lease('kube-system', 'a'))).rejects.toMatchObject(
      forbidden('can only access leases in the "kube-node-lease" system namespace'),
    );
  });

  it('holds it to its own CSI node and resource slices', async () => {
    const client = server.clientOf('a');
    await client.resource(csinodes).create({ metadata: { name: 'a' }, spec: { drivers: [] } });
    await expect(client.resource(csinodes).create({ metadata: { name: 'b' }, spec: { drivers: [] } })).rejects.toMatchObject(
      forbidden('can only access CSINode with the same name as the requesting node'),
    );
    const slice = { driver: 'd.example.com', nodeName: 'b', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } };
    await expect(client.resource(resourceslices).create({ metadata: { name: 's' }, spec: slice })).rejects.toMatchObject(
      forbidden('can only create ResourceSlice with the same NodeName as the requesting node'),
    );
  });

  it('lets it ask for certificates of its own name only', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ask = async (commonName: string) => {
      const pem = await createCertificateRequest({ commonName, organizations: ['system:nodes'] }, privateKey);
      const spec = { request: Buffer.from(pem).toString('base64'), signerName: 'kubernetes.io/kubelet-serving', usages: ['server auth'] };
      const metadata = { name: commonName.replaceAll(':', '-') };
      return server.clientOf('a').resource(certificatesigningrequests).create({ metadata, spec });
    };
    await ask('system:node:a');
    await expect(ask('system:node:b')).rejects.toMatchObject(forbidden('can only create a node CSR with CN=system:node:a'));
  });

  it('lets it touch nothing of a claim but the sizes and conditions in its status', async () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const claim = await server.admin.resource(persistentvolumeclaims).create({ metadata: inDefault('data'), spec });
    const mine = server.clientOf('a').resource(persistentvolumeclaims);
    const grown = await mine.updateStatus({ ...claim, status: { ...claim.status, capacity: { storage: '1Gi' } } });
    await expect(mine.update(grown)).rejects.toMatchObject(forbidden('may only update PVC status'));
    await expect(mine.updateStatus({ ...grown, status: { ...grown.status, phase: 'Lost' } })).rejects.toMatchObject(
      forbidden('node "a" is not allowed to update fields other than status.quantity and status.conditions'),
    );
  });
});

describe('NodeRestriction on everyone else', () => {
  it('is silent', async () => {
    await server.admin
      .resource(nodes)
      .patch({ name: 'a' }, { type: 'merge', patch: { spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } } });
  });
});
