import { nodes } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeCloud } from '@keelson/cloud/testing';
import { createMetricsRegistry, parseFlags, silentLogger, versionInfo } from '@keelson/component-base';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { cloudControllerManagerFlags, readConfig } from './cloud-controller-manager-flags';
import { runCloudControllerManager } from './run-cloud-controller-manager';

const UNINITIALIZED = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };

function start(...flags: string[]) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const abort = new AbortController();
  const sources: string[] = [];
  const parsed = parseFlags({ name: 'cloud-controller-manager', description: '' }, cloudControllerManagerFlags, flags);
  if (parsed.type !== 'run') throw new Error(parsed.text);
  api.add(nodes, { metadata: { name: 'n' }, spec: { taints: [UNINITIALIZED] } });
  const cloud = new FakeCloud();
  cloud.machines.set('n', {});
  const running = runCloudControllerManager(readConfig(parsed.values), {
    client: api,
    clock,
    cloud: () => cloud,
    log: silentLogger,
    metrics: createMetricsRegistry(process, versionInfo(process)),
    recorderOf: (component) => {
      sources.push(component);
      return { event: () => undefined };
    },
    signal: abort.signal,
  });
  const stop = async () => {
    abort.abort();
    await running;
    expect(clock.pending).toBe(0);
  };
  return { api, clock, running, sources, stop };
}

describe('runCloudControllerManager', () => {
  it('runs every controller, each under the name its events have, until it is stopped, and leaves no timer behind', async () => {
    const { api, clock, sources, stop } = start('--cluster-cidr=10.244.0.0/16');
    await clock.advance(1000);
    expect(sources).toEqual(['cloud-node-controller', 'cloud-node-lifecycle-controller', 'service-controller', 'route_controller']);
    expect(api.all(nodes)).toMatchObject([{ spec: { providerID: 'fake://n', taints: [] } }]);
    await stop();
  });

  it('runs only the controllers named', async () => {
    const { sources, stop } = start('--controllers=service');
    expect(sources).toEqual(['service-controller']);
    await stop();
  });

  it('ends with the name of a controller that there is not', async () => {
    await expect(start('--controllers=services').running).rejects.toThrow('"services" is not in the list of known controllers: ');
  });
});
