import { certificatesigningrequests, clusterrolebindings, clusterroles } from '@keelson/api';
import { startTestApiserver, type TestApiserver } from '../../testing/start-test-apiserver';

const RBAC = 'rbac.authorization.k8s.io';
/** Of system:masters. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIeU1JR1lBZ0VBTURZeEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVF3d0NnWURWUVFLREFOawpaWFl4RFRBTEJnTlZCQU1NQkdwaGJtVXdXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQ0FBUVJJbTFCClIrWkRkdUd3ZXA3akxQeStRR2lCQzNnbUlVNHBYRTFPd2F2Q1ZyQ0dmWUJwYXN1YWJzai9uQTVhNmFnTisySGQKanQ5dU9YZXNQYmpNS3JyMW9BQXdDZ1lJS29aSXpqMEVBd0lEU1FBd1JnSWhBSWJrQlFzcFBqWHYvZ25GZVN5Zwp4YjVLSFlheVFEZEp2K2JqQThCMUkyV2hBaUVBMFNHUE5QbThXMjZSSmN5Z0RIc0FCWlIrRjR5bjZyWlhGV1hSCm56OUVoS2M9Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
const name = { name: 'jane' };
const approved = { status: { conditions: [{ type: 'Approved', status: 'True' }] } };
const failed = { status: { conditions: [{ type: 'Failed', status: 'True' }] } };
const requestFor = (signerName: string) => ({ metadata: name, spec: { request: REQUEST, signerName, usages: ['client auth'] } });
const refused = (message: string) => ({
  status: { code: 403, message: `certificatesigningrequests.certificates.k8s.io "jane" is forbidden: ${message}` },
});

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({ users: ['writer', 'approver', 'signer'] });
  const write = { apiGroups: ['certificates.k8s.io'], resources: ['*'], verbs: ['create', 'get', 'patch', 'update'] };
  const signers = { apiGroups: ['certificates.k8s.io'], resources: ['signers'] };
  const extra = {
    writer: [],
    approver: [{ ...signers, resourceNames: ['example.com/*'], verbs: ['approve'] }],
    signer: [{ ...signers, resourceNames: ['example.com/clients'], verbs: ['sign'] }],
  };
  for (const [user, rules] of Object.entries(extra)) {
    await server.admin.resource(clusterroles).create({ metadata: { name: user }, rules: [write, ...rules] });
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: user };
    await server.admin
      .resource(clusterrolebindings)
      .create({ metadata: { name: user }, roleRef, subjects: [{ kind: 'User', apiGroup: RBAC, name: user }] });
  }
});
afterAll(() => server.stop());

const as = (user: string) => server.clientOf(user).resource(certificatesigningrequests);

describe('permission for a signer', () => {
  it('is needed to decide on its requests, beside that to write them', async () => {
    const created = await as('writer').create(requestFor('example.com/clients'));
    expect(created.spec).toMatchObject({ username: 'writer', groups: ['system:authenticated'] });
    const patch = { type: 'merge', patch: approved } as const;
    await expect(as('writer').patch(name, patch, { subresource: 'approval' })).rejects.toMatchObject(
      refused('user not permitted to approve requests with signerName "example.com/clients"'),
    );
    const decided = await as('approver').patch(name, patch, { subresource: 'approval' });
    expect(decided.status?.conditions).toMatchObject([{ type: 'Approved', status: 'True' }]);
  });

  it('is needed to issue its certificates, or to say that it fails', async () => {
    const patch = { type: 'json', operations: [{ op: 'add', path: '/status/conditions/-', value: failed.status.conditions[0] }] } as const;
    await expect(as('approver').patch(name, patch, { subresource: 'status' })).rejects.toMatchObject(
      refused('user not permitted to sign requests with signerName "example.com/clients"'),
    );
    const { status } = await as('signer').patch(name, patch, { subresource: 'status' });
    expect(status?.conditions).toMatchObject([{ type: 'Approved' }, { type: 'Failed' }]);
  });
});

describe('the restriction of subjects', () => {
  it('keeps the group of those who may do everything out of client certificates of the cluster', async () => {
    await expect(as('writer').create(requestFor('kubernetes.io/kube-apiserver-client'))).rejects.toMatchObject(
      refused('use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed'),
    );
  });
});
