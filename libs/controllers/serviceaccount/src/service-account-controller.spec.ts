import { namespaces, serviceaccounts } from '@keelson/api';
import { FakeClock, StatusError } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { ServiceAccountController } from './service-account-controller';

async function given(phase: string) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  api.add(namespaces, { metadata: { name: 'ns' }, spec: {}, status: { phase } });
  const run = await testController({ api, clock }, ({ client, informer }) => {
    return new ServiceAccountController({ client, namespaces: informer(namespaces), serviceAccounts: informer(serviceaccounts) });
  });
  return { api, run };
}

describe('the ServiceAccount controller', () => {
  it('creates the default account once, and again when someone deletes it', async () => {
    const { api, run } = await given('Active');
    await run.reconcile('ns');
    await run.reconcile('ns');
    expect(api.writes).toMatchObject([{ verb: 'create', resource: 'serviceaccounts', namespace: 'ns', name: 'default' }]);
    await run.woken();
    api.remove(serviceaccounts, { namespace: 'ns', name: 'default' });
    expect(await run.woken()).toEqual(['ns']);
    await run.reconcile('ns');
    expect(api.all(serviceaccounts)).toHaveLength(1);
    await run.stop();
  });

  it('leaves a namespace on its way out alone', async () => {
    const { api, run } = await given('Terminating');
    await run.reconcile('ns');
    expect(api.writes).toEqual([]);
    await run.stop();
  });

  it('takes it as done when another was quicker, and fails on anything else', async () => {
    const { api, run } = await given('Active');
    let error = StatusError.alreadyExists(serviceaccounts, 'default');
    api.react(() => {
      throw error;
    });
    await expect(run.reconcile('ns')).resolves.toBeUndefined();
    error = StatusError.forbidden(serviceaccounts, 'default', 'no');
    await expect(run.reconcile('ns')).rejects.toThrow('no');
    await run.stop();
  });
});
