import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  nameIsDnsLabel,
  pathSegmentName,
  portName,
  qualifiedName,
} from './names';
import { configMapKey, percent, relaxedEnvVarName, unixId } from './text-forms';

describe('names', () => {
  it('words a label as upstream does, and says when only dots are wrong', () => {
    expect(dns1123Label('web-1')).toEqual([]);
    expect(dns1123Label('a.b')).toEqual(['must not contain dots']);
    expect(dns1123Label('Web')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(dns1123Label('a'.repeat(64))).toEqual(['must be no more than 63 characters']);
  });

  it('lets a subdomain have dots, but no empty part', () => {
    expect(dns1123Subdomain('a.b-c.d')).toEqual([]);
    expect(dns1123Subdomain('a..b')).toHaveLength(1);
  });

  it('asks a DNS-1035 label to begin with a letter', () => {
    expect(dns1035Label('1a')).toHaveLength(1);
    expect(dns1035Label('a1')).toEqual([]);
  });

  it('lets a generated name end in a dash', () => {
    expect(nameIsDnsLabel('web-', true)).toEqual([]);
    expect(nameIsDnsLabel('web-', false)).toHaveLength(1);
  });

  it.each([
    ['a/b/c', 1],
    ['/b', 1],
    ['example.com/', 2],
    ['Example.com/b', 1],
    ['example.com/B_c.d', 0],
    ['a'.repeat(64), 1],
  ])('finds in the qualified name %s %d problems', (name, count) => {
    expect(qualifiedName(name)).toHaveLength(count);
  });

  it('counts the bytes of a label key and its value', () => {
    expect(qualifiedName('a'.repeat(64))).toEqual(['name part must be no more than 63 bytes']);
    expect(qualifiedName(`${'a'.repeat(254)}/b`)).toEqual(['prefix part must be no more than 253 bytes']);
    expect(labelValue('a'.repeat(64))).toEqual(['must be no more than 63 bytes']);
  });

  it('lets a label value be empty', () => {
    expect(labelValue('')).toEqual([]);
    expect(labelValue('-a')).toHaveLength(1);
  });

  it('keeps slashes and percent signs out of a path segment', () => {
    expect(pathSegmentName('a/b%c')).toEqual(["may not contain '/'", "may not contain '%'"]);
    expect(pathSegmentName('..')).toEqual(["may not be '..'"]);
  });

  it('takes an IANA service name for a port', () => {
    expect(portName('http-1')).toEqual([]);
    expect(portName('123')).toEqual(['must contain at least one letter (a-z)']);
    expect(portName('a--b-')).toEqual(['must not contain consecutive hyphens', 'must not begin or end with a hyphen']);
  });
});

describe('other forms', () => {
  it('accepts any printable name for an environment variable but none with an equals sign', () => {
    expect(relaxedEnvVarName('1 a:b')).toEqual([]);
    expect(relaxedEnvVarName('a=b')).toHaveLength(1);
    expect(relaxedEnvVarName('')).toEqual(['environment variable name must be non-empty']);
  });

  it('keeps a config key from climbing out of its directory', () => {
    expect(configMapKey('..data')).toEqual(["must not start with '..'"]);
    expect(configMapKey('key.name')).toEqual([]);
  });

  it('limits percentages and ids', () => {
    expect(percent('25')).toHaveLength(1);
    expect(unixId(2 ** 31)).toEqual(['must be between 0 and 2147483647, inclusive']);
  });
});

describe('the length of labels', () => {
  it('is told in bytes, that of names in characters, as upstream words them', () => {
    const long = 'a'.repeat(64);
    expect(qualifiedName(long)).toEqual(['name part must be no more than 63 bytes']);
    expect(labelValue(long)).toEqual(['must be no more than 63 bytes']);
    expect(dns1123Label(long)).toEqual(['must be no more than 63 characters']);
  });
});
