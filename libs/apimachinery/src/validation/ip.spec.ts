import { canonicalIpAddress, cidrBlock, cidrContains, formatCidr, formatIp, ipAddress, parseCidr, parseIp } from './ip';

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatIp(parseIp(text)!)).toBe(canonical);
  });

  it.each([
    ['10.0.0', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ['010.0.0.1', 'must not have leading 0s'],
    ['::ffff:10.0.0.1', 'must not be an IPv4-mapped IPv6 address'],
    ['fe80::1%eth0', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ])('%s is refused', (text, sentence) => {
    expect(ipAddress(text)).toEqual([sentence]);
  });

  it('must be canonical where the field asks for it', () => {
    expect(ipAddress('2001:DB8::1')).toEqual([]);
    expect(canonicalIpAddress('2001:DB8::1')).toEqual(['must be in canonical form ("2001:db8::1")']);
  });
});

describe('networks', () => {
  it('contain the addresses that share their prefix', () => {
    const cidr = parseCidr('10.96.0.0/12')!;
    expect(cidrContains(cidr, parseIp('10.111.255.255')!)).toBe(true);
    expect(cidrContains(cidr, parseIp('10.112.0.0')!)).toBe(false);
    expect(cidrContains(cidr, parseIp('::1')!)).toBe(false);
    expect(formatCidr(parseCidr('10.97.1.2/12')!)).toBe('10.96.0.0/12');
  });

  it.each([
    ['10.0.0.1/24', 'must not have bits set beyond the prefix length'],
    ['10.0.0.0/33', 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ['10.0.0.0', 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
  ])('%s is refused', (text, sentence) => {
    expect(cidrBlock(text)).toEqual([sentence]);
  });
});
