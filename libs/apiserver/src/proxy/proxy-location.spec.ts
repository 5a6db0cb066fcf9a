import { isProxyable, parseProxyTarget } from './proxy-location';

describe('parseProxyTarget', () => {
  it.each([
    ['web', { scheme: 'http', name: 'web', port: '' }],
    ['web:8080', { scheme: 'http', name: 'web', port: '8080' }],
    ['https:web:admin', { scheme: 'https', name: 'web', port: 'admin' }],
    ['https:web:', { scheme: 'https', name: 'web', port: '' }],
    [':web:80', { scheme: 'http', name: 'web', port: '80' }],
  ])('reads %s', (id, expected) => {
    expect(parseProxyTarget('pod', id)).toEqual(expected);
  });

  it.each(['', ':80', 'ftp:web:21', 'a:b:c:d'])('refuses "%s"', (id) => {
    expect(() => parseProxyTarget('service', id)).toThrow(`invalid service request "${id}"`);
  });
});

describe('isProxyable', () => {
  it.each(['10.0.0.7', '192.168.1.1', '8.8.8.8', '2001:db8::1', 'fd00::1'])('lets %s be reached', (address) => {
    expect(isProxyable(address)).toBe(true);
  });

  it.each([
    '',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '::',
    '::1',
    'fe80::1',
    'ff02::1',
    '::ffff:127.0.0.1',
  ])('does not let "%s" be reached', (address) => {
    expect(isProxyable(address)).toBe(false);
  });
});
