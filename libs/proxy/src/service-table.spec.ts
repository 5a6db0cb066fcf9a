import { createNft, TableWriter } from '@keelson/netfilter';
import { TABLE, cleanUp } from './clean-up';
import type { ProxiedPort } from './proxied-ports';
import { serviceTable } from './service-table';
import { proxiedPort, testTableOptions } from './testing/proxied-port';
import { TestNetwork, whyNoTestNetwork, type TestHost } from './testing/test-network';

const missing = whyNoTestNetwork();
const describeOnKernel = missing === undefined ? describe : describe.skip;
const CLUSTER_IP = '10.96.0.7';
const MACHINE = '192.0.2.1';

describeOnKernel(`the table of Services in the kernel${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let network: TestNetwork;
  let writer: TableWriter;
  let here: TestHost;
  let elsewhere: TestHost;
  let outside: TestHost;

  beforeAll(async () => {
    network = new TestNetwork('table');
    writer = new TableWriter(createNft({ netns: network.machine }), TABLE);
    here = network.link('10.244.2.1');
    elsewhere = network.link('10.244.3.1');
    outside = network.link(MACHINE);
    network.run(network.machine, 'ip', 'route', 'add', 'default', 'via', outside.ip);
    await network.serve(here);
    await network.serve(elsewhere);
  });
  afterAll(() => network.remove());

  const write = async (ports: ProxiedPort[], facts: Parameters<typeof testTableOptions>[0] = {}): Promise<void> => {
    await writer.apply(serviceTable(ports, testTableOptions(facts)));
  };
  const both = () => ({ ips: [here.ip, elsewhere.ip], local: [here.ip] });

  describe('by the cluster IP', () => {
    it('takes a pod to an endpoint under its own address, and the machine and others under the machine’s', async () => {
      await write([proxiedPort({ ips: [elsewhere.ip] })]);
      expect(await network.get(here.netns, CLUSTER_IP)).toBe(`${elsewhere.ip} to ${here.ip}`);
      expect(await network.get(network.machine, CLUSTER_IP)).toBe(`${elsewhere.ip} to 10.244.3.1`);
      expect(await network.get(outside.netns, CLUSTER_IP)).toBe(`${elsewhere.ip} to 10.244.3.1`);
    });

    it('masquerades pods too if told to', async () => {
      await write([proxiedPort({ ips: [elsewhere.ip] })], { masqueradeAll: true });
      expect(await network.get(here.netns, CLUSTER_IP)).toBe(`${elsewhere.ip} to 10.244.3.1`);
    });

    it('lets a pod reach itself', async () => {
      await write([proxiedPort({ ips: [here.ip] })]);
      expect(await network.get(here.netns, CLUSTER_IP)).toBe(`${here.ip} to 10.244.2.1`);
    });

    it('spreads connections over all endpoints', async () => {
      await write([proxiedPort(both())]);
      const seen = new Set<string>();
      for (let attempt = 0; attempt < 60 && seen.size < 2; attempt++) seen.add(await network.get(here.netns, CLUSTER_IP));
      expect(seen.size).toBe(2);
    });

    it('rejects at once what has no endpoints, and ports that the Service does not have', async () => {
      await write([proxiedPort({ ips: [] }), proxiedPort({ ips: [here.ip] }, { clusterIP: '10.96.0.8' })]);
      expect(await network.get(here.netns, CLUSTER_IP)).toBe('ECONNREFUSED');
      expect(await network.get(network.machine, CLUSTER_IP)).toBe('ECONNREFUSED');
      expect(await network.get(here.netns, '10.96.0.8', 81)).toBe('ECONNREFUSED');
    });

    it('drops where only endpoints of this machine may serve and there is none', async () => {
      await write([proxiedPort({ ips: [elsewhere.ip], local: [] }, { internalPolicyLocal: true })]);
      expect(await network.get(here.netns, CLUSTER_IP)).toBe('ETIMEDOUT');
      await write([proxiedPort(both(), { internalPolicyLocal: true })]);
      for (let attempt = 0; attempt < 8; attempt++) expect(await network.get(network.machine, CLUSTER_IP)).toMatch(`${here.ip} to`);
    });

    it('serves a connection that began before the Service was known', async () => {
      await write([], { serviceCIDRs: ['10.96.0.0/16'] });
      const early = network.get(here.netns, CLUSTER_IP, 80, 10_000);
      await network.untilSent(CLUSTER_IP);
      await write([proxiedPort({ ips: [elsewhere.ip] })], { serviceCIDRs: ['10.96.0.0/16'] });
      expect(await early).toBe(`${elsewhere.ip} to ${here.ip}`);
    });
  });

  describe('by a node port', () => {
    it('takes who comes from outside to any endpoint, under the machine’s address', async () => {
      await write([proxiedPort({ ips: [elsewhere.ip] }, { nodePort: 30080 })]);
      expect(await network.get(outside.netns, MACHINE, 30080)).toBe(`${elsewhere.ip} to 10.244.3.1`);
      expect(await network.get(network.machine, MACHINE, 30080)).toBe(`${elsewhere.ip} to 10.244.3.1`);
      expect(await network.get(here.netns, '10.244.2.1', 30080)).toBe(`${elsewhere.ip} to 10.244.3.1`);
    });

    it('is open on the given networks only', async () => {
      await write([proxiedPort({ ips: [elsewhere.ip] }, { nodePort: 30080 })], { nodePortAddresses: ['10.244.0.0/16'] });
      expect(await network.get(outside.netns, MACHINE, 30080)).toBe('ECONNREFUSED');
      expect(await network.get(here.netns, '10.244.2.1', 30080)).toBe(`${elsewhere.ip} to 10.244.3.1`);
      await write([proxiedPort({ ips: [elsewhere.ip] }, { nodePort: 30080 })], { nodePortAddresses: ['primary'], nodeIPs: [MACHINE] });
      expect(await network.get(outside.netns, MACHINE, 30080)).toBe(`${elsewhere.ip} to 10.244.3.1`);
    });

    it('keeps the address of who comes from outside, with endpoints of this machine only', async () => {
      await write([proxiedPort(both(), { nodePort: 30080, externalPolicyLocal: true })]);
      for (let attempt = 0; attempt < 8; attempt++) {
        expect(await network.get(outside.netns, MACHINE, 30080)).toBe(`${here.ip} to ${outside.ip}`);
      }
    });

    it('drops those from outside without an endpoint on this machine, and serves the machine and its pods', async () => {
      await write([proxiedPort({ ips: [elsewhere.ip], local: [] }, { nodePort: 30080, externalPolicyLocal: true })]);
      expect(await network.get(outside.netns, MACHINE, 30080)).toBe('ETIMEDOUT');
      expect(await network.get(here.netns, '10.244.2.1', 30080)).toBe(`${elsewhere.ip} to ${here.ip}`);
      expect(await network.get(network.machine, MACHINE, 30080)).toBe(`${elsewhere.ip} to 10.244.3.1`);
    });

    it('rejects without any endpoint', async () => {
      await write([proxiedPort({ ips: [] }, { nodePort: 30080 })]);
      expect(await network.get(outside.netns, MACHINE, 30080)).toBe('ECONNREFUSED');
    });
  });

  describe('by other addresses', () => {
    it('answers on external IPs and on those of the load balancer', async () => {
      await write([proxiedPort({ ips: [here.ip] }, { externalIPs: ['198.51.100.7'], loadBalancerIPs: ['198.51.100.8'] })]);
      expect(await network.get(outside.netns, '198.51.100.7')).toBe(`${here.ip} to 10.244.2.1`);
      expect(await network.get(outside.netns, '198.51.100.8')).toBe(`${here.ip} to 10.244.2.1`);
    });

    it('lets only the given ranges use the load balancer’s address', async () => {
      const service = (sourceRanges: string[]) =>
        proxiedPort({ ips: [here.ip] }, { loadBalancerIPs: ['198.51.100.8'], nodePort: 30080, sourceRanges });
      await write([service(['203.0.113.0/24'])]);
      expect(await network.get(outside.netns, '198.51.100.8')).toBe('ETIMEDOUT');
      expect(await network.get(outside.netns, MACHINE, 30080)).toMatch(here.ip);
      await write([service(['192.0.0.0/16', '203.0.113.0/24'])]);
      expect(await network.get(outside.netns, '198.51.100.8')).toMatch(here.ip);
    });
  });

  describe('with session affinity', () => {
    const affine = (ips: string[]) => proxiedPort({ ips }, { affinitySeconds: 60, nodePort: 30080 });

    it('keeps a client at its endpoint, by whatever address it comes', async () => {
      await write([affine([here.ip, elsewhere.ip])]);
      const [first = ''] = (await network.get(outside.netns, CLUSTER_IP)).split(' ');
      for (let attempt = 0; attempt < 8; attempt++) {
        expect(await network.get(outside.netns, CLUSTER_IP)).toMatch(`${first} to`);
        expect(await network.get(outside.netns, MACHINE, 30080)).toMatch(`${first} to`);
      }
    });

    it('gives the client another endpoint when its own is gone, and keeps it there', async () => {
      await write([affine([here.ip])]);
      expect(await network.get(outside.netns, CLUSTER_IP)).toMatch(`${here.ip} to`);
      await write([affine([elsewhere.ip])]);
      expect(await network.get(outside.netns, CLUSTER_IP)).toMatch(`${elsewhere.ip} to`);
      await write([affine([here.ip, elsewhere.ip])]);
      for (let attempt = 0; attempt < 8; attempt++) expect(await network.get(outside.netns, CLUSTER_IP)).toMatch(`${elsewhere.ip} to`);
    });
  });

  it('writes nothing when a restarted proxy finds its own rules, of every kind', async () => {
    const everything = { nodePort: 30080, externalPolicyLocal: true, loadBalancerIPs: ['198.51.100.8'], sourceRanges: ['192.0.2.0/24'] };
    const ports = [proxiedPort(both(), everything), proxiedPort(both(), { clusterIP: '10.96.0.8', affinitySeconds: 60 })];
    const table = serviceTable(ports, testTableOptions({ serviceCIDRs: ['10.96.0.0/16'] }));
    await writer.apply(table);
    expect(await new TableWriter(createNft({ netns: network.machine }), TABLE).apply(table)).toBe(0);
  });

  it('leaves nothing when it is cleaned up, as often as one likes', async () => {
    const nft = createNft({ netns: network.machine });
    await write([proxiedPort(both())]);
    await cleanUp(nft);
    await cleanUp(nft);
    writer.recheck();
    expect(await nft(['list', 'tables'])).toBe('');
  });
});

describe('serviceTable', () => {
  it('has as many rules for a thousand Services as for one', () => {
    const service = (index: number): ProxiedPort =>
      proxiedPort({ ips: ['10.244.2.2'] }, { clusterIP: `10.96.${index >> 8}.${index & 255}`, nodePort: 30000 + index });
    const chains = (count: number) =>
      serviceTable(
        Array.from({ length: count }, (_, index) => service(index)),
        testTableOptions(),
      ).chains;
    expect(chains(1000)).toEqual(chains(1));
  });
});
