import { nameOf, TYPE } from '../message/protocol';
import { clusterIp, headless, service, slice, zoneOf } from '../testing/cluster';
import type { ClusterZone } from './cluster-zone';

/** What the zone says, as lines: the kind of answer, or the records and, behind `+`, what it adds. */
function ask(zone: ClusterZone, name: string, type: keyof typeof TYPE = 'A'): string[] {
  const answer = zone.answer({ name: nameOf(name), type: TYPE[type], class: 1 });
  if (answer === undefined) return ['not ours'];
  if (answer.type === 'alias') return [`alias ${answer.target.join('.')}`];
  if (answer.type !== 'records') return [answer.type];
  const line = (record: (typeof answer.answers)[number]): string => {
    if ('address' in record) return `${record.type} ${record.address.join('.')}`;
    if (record.type === 'SRV') return `SRV ${record.priority} ${record.weight} ${record.port} ${record.target.join('.')}`;
    if (record.type === 'TXT') return `TXT ${record.text}`;
    if (record.type === 'SOA') return `SOA ${record.primary.join('.')}`;
    return `${record.type} ${record.target.join('.')}`;
  };
  return [...answer.answers.map(line), ...answer.additionals.map((record) => `+ ${record.name.join('.')} ${line(record)}`)];
}

const WEB = 'web.default.svc.cluster.local';

describe('The names of a Service with a cluster IP', () => {
  const ports = [
    { name: 'http', port: 80 },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ];
  const { zone } = zoneOf({ services: [service('web', clusterIp('10.96.0.20', ports))] });

  it('has its address, and nothing of the other family', () => {
    expect(ask(zone, WEB)).toEqual(['A 10.96.0.20']);
    expect(ask(zone, WEB, 'AAAA')).toEqual(['nodata']);
  });

  it('has both addresses of a dual-stack Service', () => {
    const { zone: dual } = zoneOf({ services: [service('web', { ...clusterIp('10.96.0.20'), clusterIPs: ['10.96.0.20', 'fd00::20'] })] });
    expect(ask(dual, WEB)).toEqual(['A 10.96.0.20']);
    expect(ask(dual, WEB, 'AAAA')[0]).toMatch(/^AAAA 253\.0\..*\.32$/);
  });

  it('has a SRV record for each named port, with the address beside it', () => {
    expect(ask(zone, `_http._tcp.${WEB}`, 'SRV')).toEqual([`SRV 0 100 80 ${WEB}`, `+ ${WEB} A 10.96.0.20`]);
    expect(ask(zone, `_dns._udp.${WEB}`, 'SRV')).toEqual([`SRV 0 100 53 ${WEB}`, `+ ${WEB} A 10.96.0.20`]);
    expect(ask(zone, `_dns._tcp.${WEB}`, 'SRV')).toEqual(['nxdomain']);
    expect(ask(zone, `_http._tcp.${WEB}`)).toEqual(['nodata']);
  });

  it('is found whatever the case', () => {
    expect(ask(zone, 'WEB.Default.SVC.cluster.LOCAL')).toEqual(['A 10.96.0.20']);
  });

  it('is found by its address', () => {
    expect(ask(zone, '20.0.96.10.in-addr.arpa', 'PTR')).toEqual([`PTR ${WEB}`]);
    expect(ask(zone, '20.0.96.10.in-addr.arpa')).toEqual(['nodata']);
    expect(ask(zone, '21.0.96.10.in-addr.arpa', 'PTR')).toEqual(['not ours']);
    expect(ask(zone, '0.96.10.in-addr.arpa', 'PTR')).toEqual(['not ours']);
  });

  it('has no other names', () => {
    for (const name of ['other.default.svc', 'web.other.svc', 'a.b.c.web.default.svc', 'web.default', 'local', 'svc.svc.svc'])
      expect(ask(zone, `${name}.cluster.local`)).toEqual(['nxdomain']);
    expect(ask(zone, 'web.default.svc')).toEqual(['not ours']);
    expect(ask(zone, 'notcluster.local')).toEqual(['not ours']);
  });

  it('is not of the zone if a label with a dot only makes it look so', () => {
    expect(zone.answer({ name: ['a.cluster', 'local'], type: TYPE.A, class: 1 })).toBeUndefined();
  });
});

describe('The names of a headless Service', () => {
  const endpoints = [
    { addresses: ['10.244.0.5'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['10.244.1.6'], conditions: { ready: true } },
    { addresses: ['10.244.1.7'], hostname: 'db-2', conditions: { ready: false } },
  ];
  const { zone } = zoneOf({ services: [service('db', headless)], slices: [slice('db-1', 'db', endpoints)] });
  const DB = 'db.default.svc.cluster.local';

  it('has the addresses of its ready endpoints', () => {
    expect(ask(zone, DB)).toEqual(['A 10.244.0.5', 'A 10.244.1.6']);
  });

  it('has the names of its ready endpoints: their hostnames, or else their addresses', () => {
    expect(ask(zone, `db-0.${DB}`)).toEqual(['A 10.244.0.5']);
    expect(ask(zone, `10-244-1-6.${DB}`)).toEqual(['A 10.244.1.6']);
    expect(ask(zone, `db-2.${DB}`)).toEqual(['nxdomain']);
  });

  it('has a SRV record for each endpoint', () => {
    expect(ask(zone, `_http._tcp.${DB}`, 'SRV')).toEqual([
      `SRV 0 50 8080 db-0.${DB}`,
      `SRV 0 50 8080 10-244-1-6.${DB}`,
      `+ db-0.${DB} A 10.244.0.5`,
      `+ 10-244-1-6.${DB} A 10.244.1.6`,
    ]);
  });

  it('is found by the address of an endpoint that has a hostname', () => {
    expect(ask(zone, '5.0.244.10.in-addr.arpa', 'PTR')).toEqual([`PTR db-0.${DB}`]);
    expect(ask(zone, '6.1.244.10.in-addr.arpa', 'PTR')).toEqual(['not ours']);
  });

  it('has no name while it has no ready endpoint', () => {
    const { zone: empty } = zoneOf({ services: [service('db', headless)], slices: [slice('db-1', 'db', [])] });
    expect(ask(empty, DB)).toEqual(['nxdomain']);
  });

  it('has addresses even if its pods have no ports', () => {
    const { zone: portless } = zoneOf({ services: [service('db', headless)], slices: [slice('db-1', 'db', endpoints, { ports: [] })] });
    expect(ask(portless, DB)).toEqual(['A 10.244.0.5', 'A 10.244.1.6']);
    expect(ask(portless, DB, 'SRV')).toEqual(['nodata']);
  });

  it('answers for IPv6 endpoints, also by their addresses', () => {
    const six = [{ addresses: ['fd00::5'], hostname: 'db-0' }];
    const { zone: v6 } = zoneOf({ services: [service('db', headless)], slices: [slice('db-1', 'db', six, { addressType: 'IPv6' })] });
    expect(ask(v6, DB)).toEqual(['nodata']);
    expect(ask(v6, DB, 'AAAA')).toHaveLength(1);
    const nibbles = `5${'.0'.repeat(27)}.0.0.d.f`.split('.').slice(0, 32).join('.');
    expect(ask(v6, `${nibbles}.ip6.arpa`, 'PTR')).toEqual([`PTR db-0.${DB}`]);
  });
});

describe('Other names of the cluster', () => {
  const { zone } = zoneOf({
    services: [
      service('mirror', { type: 'ExternalName', externalName: 'example.com.' }),
      service('numeric', { type: 'ExternalName', externalName: '192.0.2.1' }),
      service('kube-dns', clusterIp('10.96.0.10'), 'kube-system'),
    ],
  });

  it('makes an alias of an ExternalName Service', () => {
    expect(ask(zone, 'mirror.default.svc.cluster.local')).toEqual(['alias example.com']);
    expect(ask(zone, 'mirror.default.svc.cluster.local', 'CNAME')).toEqual(['CNAME example.com']);
    expect(ask(zone, 'numeric.default.svc.cluster.local')).toEqual(['nxdomain']);
  });

  it('has a name for the address of any pod, in namespaces that there are', () => {
    expect(ask(zone, '10-244-0-9.default.pod.cluster.local')).toEqual(['A 10.244.0.9']);
    expect(ask(zone, 'fd00--9.default.pod.cluster.local', 'AAAA')).toHaveLength(1);
    expect(ask(zone, '10-244-0-9.other.pod.cluster.local')).toEqual(['nxdomain']);
    expect(ask(zone, '10-244-0-999.default.pod.cluster.local')).toEqual(['nxdomain']);
  });

  it('tells the version of the specification', () => {
    expect(ask(zone, 'dns-version.cluster.local', 'TXT')).toEqual(['TXT 1.1.0']);
  });

  it('has the domain itself, and names without records between it and the others', () => {
    expect(ask(zone, 'cluster.local', 'SOA')).toEqual(['SOA ns.dns.cluster.local']);
    expect(ask(zone, 'cluster.local', 'NS')).toEqual(['NS ns.dns.cluster.local', '+ ns.dns.cluster.local A 10.96.0.10']);
    for (const name of ['svc', 'pod', 'default.svc', 'default.pod', 'dns']) expect(ask(zone, `${name}.cluster.local`)).toEqual(['nodata']);
    expect(ask(zone, 'other.svc.cluster.local')).toEqual(['nxdomain']);
  });
});

describe('RecordIndex, as the cluster changes', () => {
  const endpoint = (address: string, hostname?: string) => ({ addresses: [address], ...(hostname === undefined ? {} : { hostname }) });

  it('forgets the address that a Service had before', () => {
    const { index, zone } = zoneOf({ services: [service('web', clusterIp('10.96.0.20'))] });
    const [previous, object] = [service('web', clusterIp('10.96.0.20')), service('web', clusterIp('10.96.0.30'))];
    index.serviceChanged({ type: 'update', object, previous });
    expect(ask(zone, '20.0.96.10.in-addr.arpa', 'PTR')).toEqual(['not ours']);
    expect(ask(zone, '30.0.96.10.in-addr.arpa', 'PTR')).toEqual([`PTR ${WEB}`]);
    index.serviceChanged({ type: 'delete', object });
    expect([ask(zone, WEB), ask(zone, '30.0.96.10.in-addr.arpa', 'PTR')]).toEqual([['nxdomain'], ['not ours']]);
  });

  it('takes slices that come before their Service', () => {
    const { index, zone } = zoneOf({ slices: [slice('web-1', 'web', [endpoint('10.244.0.5')])] });
    expect(ask(zone, WEB)).toEqual(['nxdomain']);
    index.serviceChanged({ type: 'add', object: service('web', headless) });
    expect(ask(zone, WEB)).toEqual(['A 10.244.0.5']);
  });

  it('gives an endpoint once while it moves from one slice to another, and keeps it when the first lets go', () => {
    const first = slice('web-1', 'web', [endpoint('10.244.0.5', 'a')]);
    const { index, zone } = zoneOf({
      services: [service('web', headless)],
      slices: [first, slice('web-2', 'web', [endpoint('10.244.0.5', 'a')])],
    });
    expect(ask(zone, WEB)).toEqual(['A 10.244.0.5']);
    index.sliceChanged({ type: 'update', object: slice('web-1', 'web', []), previous: first });
    expect(ask(zone, WEB)).toEqual(['A 10.244.0.5']);
    expect(ask(zone, '5.0.244.10.in-addr.arpa', 'PTR')).toEqual([`PTR a.${WEB}`]);
  });

  it('follows a slice that is given to another Service', () => {
    const before = slice('s', 'web', [endpoint('10.244.0.5', 'a')]);
    const { index, zone } = zoneOf({ services: [service('web', headless), service('db', headless)], slices: [before] });
    index.sliceChanged({ type: 'update', object: slice('s', 'db', [endpoint('10.244.0.5', 'a')]), previous: before });
    expect([ask(zone, WEB), ask(zone, 'db.default.svc.cluster.local')]).toEqual([['nxdomain'], ['A 10.244.0.5']]);
    index.sliceChanged({ type: 'delete', object: slice('s', 'db', []) });
    expect([ask(zone, 'db.default.svc.cluster.local'), ask(zone, '5.0.244.10.in-addr.arpa', 'PTR')]).toEqual([['nxdomain'], ['not ours']]);
  });
});
