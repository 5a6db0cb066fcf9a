import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '@keelson/apimachinery';
import { createMetricsRegistry, silentLogger, versionInfo } from '@keelson/component-base';
import { DnsMetrics } from '../dns-metrics';
import { Forwarder } from '../forward/forwarder';
import { socketExchange } from '../forward/socket-exchange';
import { TYPE } from '../message/protocol';
import { parseQuery } from '../message/parse-query';
import { writeResponse } from '../message/write-response';
import { queryHandler } from '../query-handler';
import { Resolver } from '../resolver';
import { clusterIp, headless, queryBytes, service, slice, zoneOf } from '../testing/cluster';
import { serveDns, type DnsListening, type Handle } from './dns-server';
import { framed, FrameReader } from './tcp-frames';

const LOOPBACK = { address: '127.0.0.1', port: 0, clock: systemClock, log: silentLogger };

/** Somebody else's server, which knows example.com only. */
const elsewhere: Handle = async (message, { protocol }) => {
  const parsed = parseQuery(message);
  if (parsed.type !== 'query') return undefined;
  const { name, type } = parsed.query;
  const isKnown = name.join('.').toLowerCase() === 'example.com';
  const answers = isKnown && type === TYPE.A ? ([{ name, ttl: 60, type: 'A', address: Buffer.from([192, 0, 2, 1]) }] as const) : [];
  return writeResponse(parsed.query, { rcode: isKnown ? 0 : 3, authoritative: true, answers }, protocol);
};

describe('The whole server, asked by c-ares', () => {
  const servers: DnsListening[] = [];
  let port: number;
  const client = new dns.Resolver({ timeout: 2000, tries: 1 });
  const registry = createMetricsRegistry(process, versionInfo(process));

  beforeAll(async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ addresses: [`10.244.1.${index}`], hostname: `db-${index}` }));
    const { zone } = zoneOf({
      services: [
        service('web', clusterIp('10.96.0.20', [{ name: 'http', port: 80 }])),
        service('db', headless),
        service('mirror', { type: 'ExternalName', externalName: 'example.com' }),
        service('inner', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
        service('circle', { type: 'ExternalName', externalName: 'circle.default.svc.cluster.local' }),
      ],
      slices: [slice('db-1', 'db', many)],
    });
    const upstream = await serveDns({ ...LOOPBACK, handle: elsewhere });
    const metrics = new DnsMetrics(registry, 'dns://:53');
    const forwarder = new Forwarder({
      servers: () => ['127.0.0.1'],
      exchange: socketExchange(upstream.port),
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      metrics,
    });
    const resolver = new Resolver({ zone, forwarder, log: silentLogger });
    const own = await serveDns({ ...LOOPBACK, handle: queryHandler({ resolver, metrics, domain: 'cluster.local', clock: systemClock }) });
    servers.push(own, upstream);
    port = own.port;
    client.setServers([`127.0.0.1:${port}`]);
  });
  afterAll(async () => {
    client.cancel();
    await Promise.all(servers.map((server) => server.close()));
  });

  it('resolves Services, ports and addresses', async () => {
    expect(await client.resolve4('web.default.svc.cluster.local', { ttl: true })).toEqual([{ address: '10.96.0.20', ttl: 30 }]);
    expect(await client.resolveSrv('_http._tcp.web.default.svc.cluster.local')).toMatchObject([
      { name: 'web.default.svc.cluster.local', port: 80, priority: 0, weight: 100 },
    ]);
    expect(await client.reverse('10.96.0.20')).toEqual(['web.default.svc.cluster.local']);
    expect(await client.resolveTxt('dns-version.cluster.local')).toEqual([['1.1.0']]);
    expect(await client.resolveSoa('cluster.local')).toMatchObject({ nsname: 'ns.dns.cluster.local', minttl: 30 });
  });

  it('tells a name that is not there from one that has no such record', async () => {
    await expect(client.resolve4('nobody.default.svc.cluster.local')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(client.resolve6('web.default.svc.cluster.local')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  it('gives the rest over TCP when an answer is too long for UDP', async () => {
    expect(await client.resolve4('db.default.svc.cluster.local')).toHaveLength(200);
  });

  it('passes other names on', async () => {
    expect(await client.resolve4('example.com')).toEqual(['192.0.2.1']);
    await expect(client.resolve4('example.org')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('follows an alias to wherever it leads, but not in circles', async () => {
    expect(await client.resolve4('mirror.default.svc.cluster.local')).toEqual(['192.0.2.1']);
    expect(await client.resolve4('inner.default.svc.cluster.local')).toEqual(['10.96.0.20']);
    await expect(client.resolve4('circle.default.svc.cluster.local')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });

  it('counts what it has answered', async () => {
    expect(await registry.metrics()).toMatch(
      /coredns_dns_responses_total\{server="dns:\/\/:53",view="",zone="cluster\.local\.",rcode="NXDOMAIN",plugin="kubernetes"\} [1-9]/,
    );
  });

  it('goes on after bytes that make no sense', async () => {
    const socket = createSocket('udp4');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(12, 0xff), Buffer.alloc(600, 0xc0)]) socket.send(bytes, port, '127.0.0.1');
    socket.send(queryBytes('web.default.svc.cluster.local'), port, '127.0.0.1');
    const [response] = (await once(socket, 'message')) as [Buffer];
    expect(response.readUInt16BE(6)).toBe(1);
    socket.close();
  });

  it('takes TCP messages in any pieces, several on one connection, and answers each', async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    const answered = Promise.withResolvers<number[]>();
    const numbers: number[] = [];
    const reader = new FrameReader((message) => {
      numbers.push(message.readUInt16BE(0));
      if (numbers.length === 3) answered.resolve(numbers);
    });
    socket.on('data', (chunk) => reader.push(chunk));
    const bytes = Buffer.concat([1, 2, 3].map((id) => framed(queryBytes('web.default.svc.cluster.local', 'A', { id }))));
    for (const byte of bytes) socket.write(Buffer.from([byte]));
    expect((await answered.promise).sort()).toEqual([1, 2, 3]);
    socket.destroy();
  });

  it('hangs up on a peer that talks nonsense over TCP', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(framed(Buffer.from('no')));
    await once(socket, 'close');
    expect(socket.bytesRead).toBe(0);
  });
});
