import { services, ipaddresses, type Service } from '@keelson/api';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({ config: { serviceClusterIpRange: '10.96.0.0/24', advertiseAddress: '192.0.2.1' } });
});
afterAll(() => server.stop());

const draft = (name: string, spec: Partial<Service['spec']>) => ({
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec },
});

describe('the registry of Services', () => {
  it('gives the kubernetes Service the first address', async () => {
    const { spec } = await server.admin.resource(services).get({ namespace: 'default', name: 'kubernetes' });
    expect(spec).toMatchObject({ clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  });

  it('gives every Service an address of its own and takes it back when the Service goes', async () => {
    const client = server.admin.resource(services);
    const { spec } = await client.create(draft('web', {}));
    expect(spec.clusterIP).toMatch(/^10\.96\.0\.\d+$/);
    await expect(client.create(draft('thief', { clusterIP: spec.clusterIP ?? '' }))).rejects.toThrow('provided IP is already allocated');
    await client.delete({ namespace: 'default', name: 'web' });
    const again = await client.create(draft('heir', { clusterIP: spec.clusterIP ?? '' }));
    expect(again.spec.clusterIP).toBe(spec.clusterIP);
  });

  it('keeps no address for a Service that turned out not to be valid', async () => {
    const client = server.admin.resource(services);
    const before = (await server.admin.resource(ipaddresses).list()).items.length;
    await expect(client.create(draft('bad', { ports: [] }))).rejects.toMatchObject({ status: { code: 422 } });
    const names = (await server.admin.resource(ipaddresses).list()).items.filter(({ spec }) => spec.parentRef.name === 'bad');
    expect(names).toEqual([]);
    expect(before).toBeGreaterThan(0);
  });

  it('gives node ports to a Service that becomes a NodePort, and takes them when it is one no more', async () => {
    const client = server.admin.resource(services);
    await client.create(draft('open', {}));
    const opened = await client.patch({ namespace: 'default', name: 'open' }, { type: 'merge', patch: { spec: { type: 'NodePort' } } });
    const port = opened.spec.ports?.[0]?.nodePort ?? 0;
    expect(port).toBeGreaterThanOrEqual(30000);
    await expect(client.create(draft('other', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }))).rejects.toThrow(
      'provided port is already allocated',
    );
    const closed = await client.patch({ namespace: 'default', name: 'open' }, { type: 'merge', patch: { spec: { type: 'ClusterIP' } } });
    expect(closed.spec.ports?.[0]?.nodePort).toBeUndefined();
    await client.create(draft('other', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }));
  });

  it('leaves headless and external Services without an address', async () => {
    const client = server.admin.resource(services);
    expect((await client.create(draft('headless', { clusterIP: 'None' }))).spec.clusterIPs).toEqual(['None']);
    expect(
      (
        await client.create({
          metadata: { name: 'outside', namespace: 'default' },
          spec: { type: 'ExternalName', externalName: 'example.com' },
        })
      ).spec.clusterIP,
    ).toBeUndefined();
  });
});
