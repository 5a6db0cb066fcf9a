import { endpointslices, namespaces, services } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { InformerFactory } from '@keelson/controller-runtime';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { followCluster } from './follow-cluster';
import { nameOf, TYPE } from './message/protocol';
import { clusterIp, headless, namespace, service, slice } from './testing/cluster';
import { ClusterZone } from './zone/cluster-zone';
import { RecordIndex } from './zone/record-index';

describe('followCluster', () => {
  it('has all that there is once it resolves, and every change from then on', async () => {
    const clock = new FakeClock();
    const api = new FakeApi({ clock });
    const stop = new AbortController();
    const index = new RecordIndex();
    const zone = new ClusterZone({ index, domain: 'cluster.local', ttl: 30, random: () => 0, serial: 1 });
    const addresses = async (name: string) => {
      await clock.advance(0);
      const answer = zone.answer({ name: nameOf(`${name}.default.svc.cluster.local`), type: TYPE.A, class: 1 });
      return answer?.type === 'records'
        ? answer.answers.map((record) => ('address' in record ? record.address.join('.') : record.type))
        : answer?.type;
    };
    api.add(namespaces, namespace('default'));
    api.add(services, service('web', clusterIp('10.96.0.20')));
    api.add(services, service('db', headless));
    api.add(endpointslices, slice('db-1', 'db', [{ addresses: ['10.244.0.5'] }]));

    const informers = new InformerFactory({ client: api, clock, log: silentLogger, random: () => 0 });
    const followed = followCluster(informers, index);
    informers.start(stop.signal);
    await followed;
    expect([await addresses('web'), await addresses('db')]).toEqual([['10.96.0.20'], ['10.244.0.5']]);

    api.change(endpointslices, { namespace: 'default', name: 'db-1' }, (object) => object.endpoints?.push({ addresses: ['10.244.0.6'] }));
    api.remove(services, { namespace: 'default', name: 'web' });
    expect([await addresses('web'), (await addresses('db'))?.length]).toEqual(['nxdomain', 2]);
    stop.abort();
    await informers.stopped();
  });
});
