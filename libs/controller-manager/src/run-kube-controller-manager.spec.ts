import { namespaces, serviceaccounts } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { createMetricsRegistry, parseFlags, silentLogger, versionInfo } from '@keelson/component-base';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { controllerList } from './controller-list';
import { controllerManagerFlags, readConfig } from './controller-manager-flags';
import { runKubeControllerManager } from './run-kube-controller-manager';

async function start(...flags: string[]) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const abort = new AbortController();
  const warnings: unknown[] = [];
  const accounts: string[] = [];
  const sources: string[] = [];
  const parsed = parseFlags({ name: 'kube-controller-manager', description: '' }, controllerManagerFlags, flags);
  if (parsed.type !== 'run') throw new Error(parsed.text);
  const config = await readConfig(parsed.values);
  const running = runKubeControllerManager(config, {
    client: api,
    clientFor: (account) => {
      accounts.push(account);
      return Promise.resolve(api);
    },
    recorderOf: (component) => {
      sources.push(component);
      return { event: () => undefined };
    },
    clock,
    log: { ...silentLogger, warn: (_message, fields) => void warnings.push(fields) },
    metrics: createMetricsRegistry(process, versionInfo(process)),
    signal: abort.signal,
  });
  const stop = async () => {
    abort.abort();
    await running;
    expect(clock.pending).toBe(0);
  };
  return { accounts, sources, api, clock, running, stop, warnings };
}

describe('runKubeControllerManager', () => {
  it('runs every controller until it is stopped, and leaves no timer behind', async () => {
    const { accounts, api, clock, stop } = await start();
    api.add(namespaces, { metadata: { name: 'team' }, spec: {}, status: { phase: 'Active' } });
    await clock.advance(1000);
    expect(accounts).toHaveLength(controllerList.length);
    expect(api.all(serviceaccounts)).toMatchObject([{ metadata: { namespace: 'team', name: 'default' } }]);
    await stop();
  });

  it('runs only the controllers named, by new or old name, each with its own account and source of Events', async () => {
    const { accounts, clock, sources, stop } = await start('--controllers=job,deployment-controller,disruption');
    await clock.advance(1);
    expect(accounts).toEqual(['job-controller', 'deployment-controller', 'disruption-controller']);
    expect(sources).toEqual(['job-controller', 'deployment-controller', 'controllermanager']);
    await stop();
  });

  it("takes kubeadm's command line, and says whose work nobody does", async () => {
    const { stop, warnings } = await start('--controllers=*,bootstrapsigner,tokencleaner,-ttl-controller');
    expect(warnings).toEqual([{ controllers: 'bootstrap-signer-controller,token-cleaner-controller' }]);
    await stop();
  });

  it('ends with the name of a controller that there is not', async () => {
    const { running } = await start('--controllers=jobs');
    await expect(running).rejects.toThrow('"jobs" is not in the list of known controllers: ');
  });
});
