import { createNft, TableWriter } from '@keelson/netfilter';
import { TABLE } from './clean-up';
import { serviceTable } from './service-table';
import { proxiedPort, testTableOptions } from './testing/proxied-port';
import { TestNetwork, whyNoTestNetwork, type TestHost } from './testing/test-network';

const missing = whyNoTestNetwork();
const describeOnKernel = missing === undefined ? describe : describe.skip;
const SETTING = 'net.bridge.bridge-nf-call-iptables';

describeOnKernel(`A Service between two pods of one bridge${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let network: TestNetwork;
  let client: TestHost;
  let server: TestHost;

  beforeAll(async () => {
    network = new TestNetwork('bridge');
    const addPod = network.bridge('10.244.0.1');
    client = addPod('10.244.0.2');
    server = addPod('10.244.0.3');
    await network.serve(server);
  });
  afterAll(() => network.remove());

  const get = async (bridgesAreTracked: boolean): Promise<string> => {
    const writer = new TableWriter(createNft({ netns: network.machine }), TABLE);
    await writer.apply(serviceTable([proxiedPort({ ips: [server.ip] })], testTableOptions({ bridgesAreTracked })));
    return network.get(client.netns, '10.96.0.7');
  };

  it('shows the server the client’s address where bridged frames pass connection tracking', async () => {
    network.run(network.machine, 'sysctl', '-qw', `${SETTING}=1`);
    expect(await get(true)).toBe(`${server.ip} to ${client.ip}`);
  });

  it('works under the machine’s address where they don’t', async () => {
    network.run(network.machine, 'sysctl', '-qw', `${SETTING}=0`);
    expect(await get(true)).toBe('ETIMEDOUT');
    expect(await get(false)).toBe(`${server.ip} to 10.244.0.1`);
  });
});
