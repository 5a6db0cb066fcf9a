import { pod } from '../testing/fixtures';
import { hostNetworkHostsFile, hostsFile } from './hosts-file';
import { lacksClusterDNS, parseResolvConf, podDNS } from './pod-dns';
import { podHostname } from './pod-hostname';

const node = parseResolvConf('# made by hand\nnameserver 1.1.1.1\nsearch example.com.\noptions rotate timeout:1\n');
const settings = { clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local', node };
const clusterDomains = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

describe('podDNS', () => {
  it('points to the cluster, with its domains before those of the node', () => {
    expect(podDNS(pod(), settings)).toEqual({
      servers: ['10.96.0.10'],
      searches: [...clusterDomains, 'example.com'],
      options: ['ndots:5'],
    });
  });

  it.each([
    [{ hostNetwork: true }, ['1.1.1.1']],
    [{ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, ['10.96.0.10']],
    [{ dnsPolicy: 'Default' }, ['1.1.1.1']],
    [{ dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'] } }, ['9.9.9.9']],
  ])('with %j asks %j', (spec, servers) => {
    expect(podDNS(pod(spec), settings).servers).toEqual(servers);
  });

  it('falls back to the node without a cluster DNS, and says that it lacks one', () => {
    expect(podDNS(pod(), { ...settings, clusterDNS: [] })).toEqual(node);
    expect(lacksClusterDNS(pod(), { ...settings, clusterDNS: [] })).toBe(true);
    expect(lacksClusterDNS(pod({ hostNetwork: true }), { ...settings, clusterDNS: [] })).toBe(false);
  });

  it('lets the options of the pod replace those of the same name, and keeps to the limits', () => {
    const dnsConfig = { nameservers: ['a', 'b', 'c', 'a'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] };
    expect(podDNS(pod({ dnsConfig }), settings)).toMatchObject({ servers: ['10.96.0.10', 'a', 'b'], options: ['ndots:2', 'edns0'] });
  });
});

describe('podHostname', () => {
  it('cuts a long name to what a host name can be, not ending in a dash', () => {
    expect(podHostname(pod({}, { name: `${'x'.repeat(62)}-y` }), 'cluster.local').hostname).toBe('x'.repeat(62));
  });

  it('shows the whole name inside if the pod wants that, unless it is too long', () => {
    const spec = { hostname: 'db', subdomain: 'dbs', setHostnameAsFQDN: true };
    expect(podHostname(pod(spec), 'cluster.local').inside).toBe('db.dbs.default.svc.cluster.local');
    expect(() => podHostname(pod({ ...spec, subdomain: 'x'.repeat(60) }), 'cluster.local')).toThrow('is too long');
  });
});

describe('hostsFile', () => {
  it('names the pod under each of its addresses, with its domain, and its aliases', () => {
    const text = hostsFile(['10.0.0.5', 'fd00::5'], { hostname: 'db', domain: 'dbs.default.svc.cluster.local', inside: 'db' }, [
      { ip: '1.2.3.4', hostnames: ['a', 'b'] },
    ]);
    expect(text).toContain('10.0.0.5\tdb.dbs.default.svc.cluster.local\tdb\nfd00::5\tdb.dbs');
    expect(text.endsWith('\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n')).toBe(true);
  });

  it('passes on the file of the node on its network', () => {
    expect(hostNetworkHostsFile('127.0.0.1 localhost\n', [])).toBe(
      '# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n',
    );
  });
});
