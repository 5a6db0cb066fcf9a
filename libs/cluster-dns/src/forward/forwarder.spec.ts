import { createMetricsRegistry, silentLogger } from '@keelson/component-base';
import { FakeClock } from '@keelson/apimachinery';
import { DnsMetrics } from '../dns-metrics';
import { nameOf, type ResourceRecord } from '../message/protocol';
import { rcodeOf, writeResponse } from '../message/write-response';
import { query } from '../testing/cluster';
import type { Query } from '../message/parse-query';
import { Forwarder } from './forwarder';
import { records } from './response-ttl';
import { upstreamServers } from './resolv-conf';
import type { Exchange } from './upstream';

const address = (ttl: number): ResourceRecord => ({ name: nameOf('example.com'), ttl, type: 'A', address: Buffer.from([192, 0, 2, 1]) });

/** A server that answers `asked` with one address, to the number that the message came with. */
const answering =
  (asked: Query, ttl = 300): Exchange =>
  async (message) => {
    const response = Buffer.from(writeResponse(asked, { rcode: 0, authoritative: false, answers: [address(ttl)] }, 'udp'));
    response.writeUInt16BE(message.readUInt16BE(0), 0);
    return response;
  };

const silent: Exchange = (_message, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('no answer'))));

function setUp(servers: Readonly<Record<string, Exchange>>) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const exchange: Exchange = (message, to) => {
    asked.push(to.server);
    return (servers[to.server] ?? silent)(message, to);
  };
  const registry = createMetricsRegistry(
    { cpuUsage: () => ({ user: 0, system: 0 }), uptime: () => 0, memoryUsage: { rss: () => 0 } },
    {} as never,
  );
  const metrics = new DnsMetrics(registry, 'dns://:53');
  const forwarder = new Forwarder({ servers: () => Object.keys(servers), exchange, clock, random: () => 0.5, log: silentLogger, metrics });
  return { asked, clock, forwarder };
}

const example = query('example.com');

describe('Forwarder', () => {
  it('asks under a number of its own, and answers under the client’s, in its spelling', async () => {
    const numbers: number[] = [];
    const { forwarder } = setUp({
      '192.0.2.53': (message, to) => {
        numbers.push(message.readUInt16BE(0));
        return answering(example)(message, to);
      },
    });
    const shouted = query('EXAMPLE.com', 'A', { id: 99 });
    const response = await forwarder.forward(shouted, 'udp');
    expect(numbers).toEqual([0x8000]);
    expect(response.readUInt16BE(0)).toBe(99);
    expect(response.subarray(12, shouted.questionEnd)).toEqual(shouted.message.subarray(12, shouted.questionEnd));
  });

  it('turns to the next server after two seconds, and asks the silent one last for a while', async () => {
    const { asked, clock, forwarder } = setUp({ a: silent, b: answering(example, 0) });
    const first = forwarder.forward(example, 'udp');
    await clock.advance(1_999);
    expect(asked).toEqual(['a']);
    await clock.advance(1);
    expect(rcodeOf(await first)).toBe(0);
    await forwarder.forward(example, 'udp');
    expect(asked).toEqual(['a', 'b', 'b']);
    await clock.advance(10_000);
    const later = forwarder.forward(example, 'udp');
    await clock.advance(2_000);
    await later;
    expect(asked).toEqual(['a', 'b', 'b', 'a', 'b']);
    expect(clock.pending).toBe(0);
  });

  it('gives up after five seconds, however many servers there are', async () => {
    const { asked, clock, forwarder } = setUp({ a: silent, b: silent, c: silent, d: silent });
    const forwarded = expect(forwarder.forward(example, 'udp')).rejects.toThrow('no server has answered');
    await clock.advance(5_000);
    await forwarded;
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('does not take the answer to another question', async () => {
    const { forwarder } = setUp({ a: answering(query('example.org')), b: answering(example) });
    const response = await forwarder.forward(example, 'udp');
    expect(records(response).answers).toHaveLength(1);
    await expect(setUp({ a: answering(query('example.org')) }).forwarder.forward(example, 'udp')).rejects.toThrow('no server has answered');
  });

  it('refuses more than a thousand questions at once, and takes more when they have ended', async () => {
    const { clock, forwarder } = setUp({ a: silent });
    const waiting = Array.from({ length: 1000 }, () => forwarder.forward(example, 'udp').catch(() => 'late'));
    await expect(forwarder.forward(example, 'udp')).rejects.toThrow('1000 questions wait');
    await clock.advance(5_000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['late']));
    const again = expect(forwarder.forward(example, 'udp')).rejects.toThrow('no server has answered');
    await clock.advance(5_000);
    await again;
  });

  it('keeps an answer for half a minute at most, and tells how old it is', async () => {
    const { asked, clock, forwarder } = setUp({ a: answering(example, 300) });
    await forwarder.forward(example, 'udp');
    await clock.advance(20_000);
    const kept = await forwarder.forward(query('Example.COM', 'A', { id: 8 }), 'udp');
    expect(asked).toHaveLength(1);
    expect([kept.readUInt16BE(0), records(kept).answers[0]?.ttl]).toEqual([8, 280]);
    await clock.advance(10_000);
    await forwarder.forward(example, 'udp');
    expect(asked).toHaveLength(2);
  });

  it('does not mix up clients that asked in different ways', async () => {
    const { asked, forwarder } = setUp({ a: answering(example) });
    await forwarder.forward(example, 'udp');
    await forwarder.forward(query('example.com', 'AAAA'), 'udp').catch(() => undefined);
    await forwarder.forward(query('example.com', 'A', { udpBytes: 1232 }), 'udp').catch(() => undefined);
    expect(asked).toHaveLength(3);
  });
});

describe('upstreamServers', () => {
  it('takes the name servers in order, each once, without itself', () => {
    const text =
      '# comment\nsearch example.com\nnameserver 192.0.2.1\n nameserver\t10.0.0.2 # ours\nnameserver 192.0.2.1\nnameserver nonsense\nnameserver fd00::1\n';
    expect(upstreamServers(text, (server) => server === '10.0.0.2')).toEqual(['192.0.2.1', 'fd00::1']);
  });
});
