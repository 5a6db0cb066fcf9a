import { FakeClock } from '@keelson/apimachinery';
import type { CloudProvider } from '@keelson/cloud';
import { cloudProviderOf } from '@keelson/cloud';
import { FakeCloud } from '@keelson/cloud/testing';
import { parseFlags, silentLogger } from '@keelson/component-base';
import { InformerFactory, type EventRecorder } from '@keelson/controller-runtime';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { cloudControllerManagerFlags, readConfig } from './cloud-controller-manager-flags';
import { controllerList } from './controller-list';

function configOf(...flags: string[]) {
  const parsed = parseFlags({ name: 'cloud-controller-manager', description: '' }, cloudControllerManagerFlags, flags);
  if (parsed.type !== 'run') throw new Error(parsed.text);
  return readConfig(parsed.values);
}

function made(cloud: CloudProvider, ...flags: string[]): string[] {
  const clock = new FakeClock();
  const client = new FakeApi({ clock });
  const informers = new InformerFactory({ client, clock, log: silentLogger });
  const recorder: EventRecorder = { event: () => undefined };
  const parts = { client, cloud, informers, recorder, clock, log: silentLogger, config: configOf(...flags) };
  return controllerList.flatMap(({ make }) => make(parts)?.name ?? []);
}

describe('controllerList', () => {
  it('makes all that a whole cloud has work for', () => {
    expect(made(new FakeCloud(), '--cluster-cidr=10.244.0.0/16')).toEqual([
      'cloud-node',
      'cloud-node-lifecycle',
      'service-lb',
      'node-route',
    ]);
  });

  it('makes none for what the cloud does not offer', () => {
    expect(made({ name: 'nothing' })).toEqual([]);
  });

  it('makes no routes without the cluster CIDR that says which are its own, unless none are wanted', () => {
    expect(() => made(new FakeCloud())).toThrow('--cluster-cidr is required for routes');
    expect(made(new FakeCloud(), '--configure-cloud-routes=false')).not.toContain('node-route');
  });
});

describe('the flags', () => {
  it('name the flag whose network is none', () => {
    expect(() => configOf('--cluster-cidr=10.244.0.0')).toThrow('--cluster-cidr: "10.244.0.0" is not a network');
  });

  it('name a provider that there is', () => {
    expect(() => cloudProviderOf('')).toThrow('--cloud-provider cannot be empty; there are: docker');
    expect(() => cloudProviderOf('aws')).toThrow('unknown cloud provider "aws"');
  });
});
