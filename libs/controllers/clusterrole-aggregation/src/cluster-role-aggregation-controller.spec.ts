import { clusterroles, type ClusterRole } from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { ClusterRoleAggregationController } from './cluster-role-aggregation-controller';

const part = (name: string, resource: string): Draft<ClusterRole> => ({
  metadata: { name, labels: { 'to-admin': 'true' } },
  rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }],
});

async function given(parts: Draft<ClusterRole>[]) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { 'to-admin': 'true' } }] };
  api.add(clusterroles, { metadata: { name: 'admin', labels: { 'to-admin': 'true' } }, aggregationRule, rules: [] });
  for (const each of parts) api.add(clusterroles, each);
  const run = await testController({ api, clock }, ({ client, informer }) => {
    return new ClusterRoleAggregationController({ client, clusterRoles: informer(clusterroles) });
  });
  const resources = () =>
    api
      .all(clusterroles)
      .find(({ metadata }) => metadata.name === 'admin')
      ?.rules?.map((rule) => rule.resources?.[0]);
  return { api, run, resources };
}

describe('the ClusterRole aggregation controller', () => {
  it('gathers the rules of the roles selected, by name, each once, and never its own', async () => {
    const { api, run, resources } = await given([part('b', 'secrets'), part('a', 'pods'), part('c', 'pods')]);
    await run.reconcile('admin');
    await run.reconcile('admin');
    expect(resources()).toEqual(['pods', 'secrets']);
    expect(api.writes).toHaveLength(1);
    await run.stop();
  });

  it('takes the rules of a role away again that lost its label', async () => {
    const { api, run, resources } = await given([part('a', 'pods'), part('b', 'secrets')]);
    await run.reconcile('admin');
    await run.woken();
    api.change(clusterroles, { name: 'a' }, ({ metadata }) => (metadata.labels = {}));
    expect(await run.woken()).toEqual(['admin']);
    await run.reconcile('admin');
    expect(resources()).toEqual(['secrets']);
    await run.stop();
  });
});
