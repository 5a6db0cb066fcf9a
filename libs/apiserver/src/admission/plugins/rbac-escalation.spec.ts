import { clusterrolebindings, clusterroles, rolebindings, roles } from '@keelson/api';
import { startTestApiserver, type TestApiserver } from '../../testing/start-test-apiserver';

const GROUP = 'rbac.authorization.k8s.io';
const readPods = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const readSecrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
const writeRbac = { apiGroups: [GROUP], resources: ['roles', 'clusterroles', 'rolebindings'], verbs: ['create', 'update', 'get'] };
const users = ['eve', 'escalator', 'binder'];
const everyone = [{ kind: 'User', apiGroup: GROUP, name: 'somebody' }];
const refused = (what: string) => ({ status: { code: 403, message: expect.stringContaining(what) as string } });
const notHeld = refused(
  'user "eve" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
);
const bindingOf = (name: string, role: string) => ({
  metadata: { name, namespace: 'default' },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
  subjects: everyone,
});

let server: TestApiserver;
beforeAll(async () => {
  const tokens = users.map((name) => ({ token: name, user: { name, groups: ['system:authenticated'] } }));
  server = await startTestApiserver({
    config: {
      authorizationModes: ['RBAC'],
      staticTokens: [{ token: 'admin-token', user: { name: 'admin', groups: ['system:masters'] } }, ...tokens],
    },
  });
  const extra = { eve: [], escalator: ['escalate'], binder: ['bind'] };
  for (const [name, verbs] of Object.entries(extra)) {
    const rules = [readPods, { ...writeRbac, verbs: [...writeRbac.verbs, ...verbs] }];
    await server.admin.resource(clusterroles).create({ metadata: { name }, rules });
    const subjects = [{ kind: 'User', apiGroup: GROUP, name }];
    const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name };
    await server.admin.resource(clusterrolebindings).create({ metadata: { name }, roleRef, subjects });
  }
  await server.admin.resource(clusterroles).create({ metadata: { name: 'read-secrets' }, rules: [readSecrets] });
});
afterAll(() => server.stop());

describe('RbacEscalation', () => {
  it('refuses a role with rules that its author does not hold, and takes one with those that they do', async () => {
    const mine = server.clientOf('eve').resource(roles);
    await expect(mine.create({ metadata: { name: 'more', namespace: 'default' }, rules: [readPods, readSecrets] })).rejects.toMatchObject(
      notHeld,
    );
    const role = await mine.create({ metadata: { name: 'same', namespace: 'default' }, rules: [readPods] });
    await expect(mine.update({ ...role, rules: [readSecrets] })).rejects.toMatchObject(notHeld);
  });

  it('lets who may escalate write any rules', async () => {
    await server
      .clientOf('escalator')
      .resource(clusterroles)
      .create({ metadata: { name: 'escalated' }, rules: [readSecrets] });
  });

  it('lets only who has everything aggregate roles', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    await expect(
      server
        .clientOf('eve')
        .resource(clusterroles)
        .create({ metadata: { name: 'sum' }, aggregationRule }),
    ).rejects.toMatchObject(refused('must have cluster-admin privileges to use the aggregationRule'));
  });

  it('refuses to bind a role whose rules are not held, but to those who may bind it', async () => {
    await expect(server.clientOf('eve').resource(rolebindings).create(bindingOf('x', 'read-secrets'))).rejects.toMatchObject(notHeld);
    await server.clientOf('binder').resource(rolebindings).create(bindingOf('y', 'read-secrets'));
  });

  it('says of a role that is not there that it is not there', async () => {
    await expect(server.clientOf('eve').resource(rolebindings).create(bindingOf('z', 'nothing'))).rejects.toMatchObject({
      status: { code: 404 },
    });
  });
});
