import { FakeClock } from '@keelson/apimachinery';
import { parseFlags, silentLogger } from '@keelson/component-base';
import { InformerFactory, type EventRecorder } from '@keelson/controller-runtime';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { controllerList } from './controller-list';
import { controllerManagerFlags, readConfig } from './controller-manager-flags';

describe('--cloud-provider', () => {
  const read = (name: string) => {
    const parsed = parseFlags({ name: 'kube-controller-manager', description: '' }, controllerManagerFlags, [`--cloud-provider=${name}`]);
    if (parsed.type !== 'run') throw new Error(parsed.text);
    return readConfig(parsed.values);
  };

  it('takes an external cloud, and says of a built-in one that there is none', async () => {
    await read('external');
    await expect(read('aws')).rejects.toThrow('cloud provider "aws" was specified, but built-in cloud providers are disabled');
  });
});

describe('controllerList', () => {
  it('has controllers that can all be made on the same informers', async () => {
    const clock = new FakeClock();
    const client = new FakeApi({ clock });
    const informers = new InformerFactory({ client, clock, log: silentLogger });
    const recorder: EventRecorder = { event: () => undefined };
    const flags = ['--allocate-node-cidrs', '--cluster-cidr=10.244.0.0/16'];
    const parsed = parseFlags({ name: 'kube-controller-manager', description: '' }, controllerManagerFlags, flags);
    if (parsed.type !== 'run') throw new Error(parsed.text);
    const config = { ...(await readConfig(parsed.values)), rootCa: 'PEM' };
    const made = controllerList.map(({ make }) => make({ client, informers, recorder, clock, config }));
    expect(made.filter((controller) => controller === undefined)).toEqual([]);
  });
});
