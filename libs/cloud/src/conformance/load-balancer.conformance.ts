import { services, type Service } from '@keelson/api';
import type { Draft } from '@keelson/apimachinery';
import { FakeClock } from '@keelson/apimachinery';
import type { Informer } from '@keelson/controller-runtime';
import { FakeApi, testInformers } from '@keelson/controller-runtime/testing';
import type { LoadBalancer } from '../load-balancer';

/** What every {@link LoadBalancer} keeps to. */
export function loadBalancerConformance(name: string, create: (services: Informer<Service>) => LoadBalancer): void {
  describe(`${name} as a load balancer`, () => {
    let api: FakeApi;
    let clock: FakeClock;
    let abort: AbortController;
    let informer: Informer<Service>;
    beforeEach(async () => {
      clock = new FakeClock();
      api = new FakeApi({ clock });
      abort = new AbortController();
      informer = (await testInformers(api, { clock, signal: abort.signal, resources: [services] })).informer(services);
    });
    afterEach(() => abort.abort());

    const service = (serviceName: string, status?: Service['status']): Service => {
      const draft: Draft<Service> = { metadata: { namespace: 'default', name: serviceName }, spec: { type: 'LoadBalancer' } };
      return api.add(services, { ...draft, ...(status === undefined ? {} : { status }) });
    };
    const request = (one: Service) => ({ clusterName: 'kubernetes', service: one, nodes: [], signal: abort.signal });

    it('knows none before it made one, and the one it made after', async () => {
      const balancer = create(informer);
      const web = service('web');
      expect(await balancer.get(request(web))).toBeUndefined();
      const status = await balancer.ensure(request(web));
      expect(status.ingress?.length).toBeGreaterThan(0);
      expect(await balancer.get(request(web))).toEqual(status);
    });

    it('gives the same again and again', async () => {
      const balancer = create(informer);
      const web = service('web');
      expect(await balancer.ensure(request(web))).toEqual(await balancer.ensure(request(web)));
    });

    it('gives two Services that are worked on at once two addresses', async () => {
      const balancer = create(informer);
      const [a, b] = await Promise.all([balancer.ensure(request(service('a'))), balancer.ensure(request(service('b')))]);
      expect(a.ingress).not.toEqual(b.ingress);
    });

    it('deletes, as often as it is asked, and one that never was', async () => {
      const balancer = create(informer);
      const web = service('web');
      await balancer.ensureDeleted(request(web));
      await balancer.ensure(request(web));
      await balancer.ensureDeleted(request(web));
      await balancer.ensureDeleted(request(web));
      expect(await balancer.get(request(web))).toBeUndefined();
    });

    it('tells a Service from an earlier one of its name', async () => {
      const balancer = create(informer);
      const first = service('web');
      await balancer.ensure(request(first));
      api.remove(services, first.metadata);
      expect(await balancer.get(request(service('web')))).toBeUndefined();
    });
  });
}
