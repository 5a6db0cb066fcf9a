import { configmaps, namespaces } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { ROOT_CA_CONFIG_MAP, RootCaPublisher } from './root-ca-publisher';

async function given(phase = 'Active') {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  api.add(namespaces, { metadata: { name: 'ns' }, spec: {}, status: { phase } });
  const run = await testController({ api, clock }, ({ client, informer }) => {
    return new RootCaPublisher({ client, namespaces: informer(namespaces), configMaps: informer(configmaps), rootCa: 'PEM' });
  });
  return { api, run };
}

const name = { namespace: 'ns', name: ROOT_CA_CONFIG_MAP };

describe('the root CA publisher', () => {
  it('publishes the CA once', async () => {
    const { api, run } = await given();
    await run.reconcile('ns');
    await run.reconcile('ns');
    expect(api.writes).toMatchObject([{ verb: 'create', ...name, body: { data: { 'ca.crt': 'PEM' } } }]);
    await run.stop();
  });

  it('puts right what someone changed, and brings back what someone deleted', async () => {
    const { api, run } = await given();
    await run.reconcile('ns');
    await run.woken();
    api.change(configmaps, name, (map) => (map.data = { 'ca.crt': 'forged', more: 'x' }));
    expect(await run.woken()).toEqual(['ns']);
    await run.reconcile('ns');
    expect(api.all(configmaps)).toMatchObject([{ data: { 'ca.crt': 'PEM' } }]);
    expect(api.all(configmaps)[0]?.data).not.toHaveProperty('more');
    await run.woken();
    api.remove(configmaps, name);
    expect(await run.woken()).toEqual(['ns']);
    await run.stop();
  });

  it('publishes nothing into a namespace on its way out', async () => {
    const { api, run } = await given('Terminating');
    await run.reconcile('ns');
    expect(api.writes).toEqual([]);
    await run.stop();
  });
});
