import { execFileSync } from 'node:child_process';
import { silentLogger } from '@keelson/component-base';
import { createNft, TableWriter } from '@keelson/netfilter';
import { TABLE } from './clean-up';
import { ConntrackMissingError, createConntrack, parseFlow } from './conntrack';
import type { ProxiedPort } from './proxied-ports';
import { serviceTable } from './service-table';
import { proxiedPort, testTableOptions } from './testing/proxied-port';
import { TestNetwork, whyNoTestNetwork, type TestHost } from './testing/test-network';
import { UdpFlowCleaner } from './udp-flow-cleaner';

const missing = whyNoTestNetwork() ?? whyNoConntrack();
const describeOnKernel = missing === undefined ? describe : describe.skip;
const udpPort = (ips: string[]): ProxiedPort => proxiedPort({ ips }, { protocol: 'udp', nodePort: 30080 });

describeOnKernel(`UDP flows in the kernel${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let network: TestNetwork;
  let [first, second, client]: [TestHost?, TestHost?, TestHost?] = [];

  beforeAll(async () => {
    network = new TestNetwork('udp');
    [first, second, client] = [network.link('10.244.2.1'), network.link('10.244.3.1'), network.link('192.0.2.1')];
    await network.serve(first);
    await network.serve(second);
  });
  afterAll(() => network.remove());

  it('follow the endpoints of a Service, although the client keeps its port', async () => {
    const writer = new TableWriter(createNft({ netns: network.machine }), TABLE);
    const cleaner = new UdpFlowCleaner(createConntrack({ netns: network.machine }), silentLogger);
    const ask = (): Promise<string[]> =>
      Promise.all([network.ask(client?.netns ?? '', '10.96.0.7'), network.ask(first?.netns ?? '', '10.244.2.1', 30080)]);
    const moveTo = (ip = ''): Promise<number> => writer.apply(serviceTable([udpPort([ip])], testTableOptions()));
    await moveTo(first?.ip);
    await cleaner.clean([udpPort([first?.ip ?? ''])]);
    expect(await ask()).toEqual([expect.stringMatching('10.244.2.2'), expect.stringMatching('10.244.2.2')]);
    await moveTo(second?.ip);
    expect(await ask()).toEqual([expect.stringMatching('10.244.2.2'), expect.stringMatching('10.244.2.2')]);
    expect(await cleaner.clean([udpPort([second?.ip ?? ''])])).toBe(2);
    expect(await ask()).toEqual([expect.stringMatching('10.244.3.2'), expect.stringMatching('10.244.3.2')]);
  });
});

describe('UdpFlowCleaner', () => {
  it('asks only when endpoints of UDP Services have changed, and again after a failure', async () => {
    const udpFlows = jest.fn().mockResolvedValue([]);
    const cleaner = new UdpFlowCleaner({ udpFlows, delete: jest.fn() }, silentLogger);
    await cleaner.clean([udpPort(['10.244.0.2'])]);
    await cleaner.clean([udpPort(['10.244.0.2']), proxiedPort({ ips: ['10.244.0.9'] })]);
    expect(udpFlows).toHaveBeenCalledTimes(1);
    udpFlows.mockRejectedValueOnce(new Error('netlink is busy'));
    await cleaner.clean([udpPort(['10.244.0.3'])]);
    await cleaner.clean([udpPort(['10.244.0.3'])]);
    expect(udpFlows).toHaveBeenCalledTimes(3);
  });

  it('says once that there is no tool, and lets it be', async () => {
    const error = jest.fn();
    const udpFlows = jest.fn().mockRejectedValue(new ConntrackMissingError('the program conntrack is not installed'));
    const cleaner = new UdpFlowCleaner({ udpFlows, delete: jest.fn() }, { ...silentLogger, error });
    await cleaner.clean([udpPort(['10.244.0.2'])]);
    await cleaner.clean([udpPort(['10.244.0.3'])]);
    expect(error).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['to an endpoint that serves', { answerer: '10.244.0.2', answererPort: 8080 }, 0],
    ['to an endpoint of the past', { answerer: '10.244.0.9', answererPort: 8080 }, 1],
    ['that began without a rule', { answerer: '10.96.0.7', answererPort: 80 }, 1],
    ['of somebody else', { destination: '192.0.2.9', answerer: '192.0.2.9', answererPort: 80 }, 0],
  ])('judges a flow %s', async (_, flow, ended) => {
    const known = { source: '10.244.0.5', sourcePort: 5353, destination: '10.96.0.7', destinationPort: 80, ...flow };
    const cleaner = new UdpFlowCleaner({ udpFlows: () => Promise.resolve([known]), delete: () => Promise.resolve() }, silentLogger);
    expect(await cleaner.clean([udpPort(['10.244.0.2'])])).toBe(ended);
  });

  it('leaves the flows of a Service without endpoints alone', async () => {
    const udpFlows = jest.fn();
    await new UdpFlowCleaner({ udpFlows, delete: jest.fn() }, silentLogger).clean([udpPort([])]);
    expect(udpFlows).not.toHaveBeenCalled();
  });
});

describe('parseFlow', () => {
  it('reads what conntrack prints, answered or not', () => {
    const flow = {
      source: '10.0.0.1',
      sourcePort: 5,
      destination: '10.96.0.10',
      destinationPort: 53,
      answerer: '10.244.0.2',
      answererPort: 54,
    };
    const line = (mark: string) =>
      `udp      17 29 src=10.0.0.1 dst=10.96.0.10 sport=5 dport=53 ${mark}src=10.244.0.2 dst=10.0.0.1 sport=54 dport=5 mark=0 use=1`;
    expect(parseFlow(line(''))).toEqual(flow);
    expect(parseFlow(line('[UNREPLIED] '))).toEqual(flow);
    expect(parseFlow('')).toBeUndefined();
  });
});

function whyNoConntrack(): string | undefined {
  try {
    execFileSync('conntrack', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs conntrack';
  }
}
