import { flag } from './flag-types';
import { parseFlags } from './parse-flags';

const flags = {
  'secure-port': flag.int({ section: 'Secure serving', usage: 'The port.', default: 10259 }),
  'bind-address': flag.ip({ section: 'Secure serving', usage: 'The address.' }),
  'leader-elect': flag.bool({ section: 'Leader election', usage: 'Whether to elect.', default: true }),
  profiling: flag.bool({ section: 'Misc', usage: 'Whether to profile.' }),
  'lease-duration': flag.duration({ section: 'Leader election', usage: 'How long.', default: 15_000 }),
  'etcd-servers': flag.strings({ section: 'Etcd', usage: 'Where.' }),
  'key-file': flag.stringArray({ section: 'Misc', usage: 'Keys.', default: ['default,key'] }),
  'feature-gates': flag.mapStringBool({ section: 'Misc', usage: 'Gates.' }),
  'runtime-config': flag.mapStringString({ section: 'Misc', usage: 'APIs.' }),
  'service-node-port-range': flag.portRange({ section: 'Misc', usage: 'Ports.', default: { first: 30000, last: 32767 } }),
  'old-name': flag.string({ section: 'Misc', usage: 'Old.', deprecated: 'use --new-name' }),
  format: flag.choice(['text', 'json'])({ section: 'Logs', usage: 'Form.', default: 'text' }),
  v: flag.int({ section: 'Logs', usage: 'Level.', shorthand: 'v', default: 0 }),
};

const parse = (...args: string[]) => parseFlags({ name: 'kube-test', description: 'A test.' }, flags, args);

function valuesOf(...args: string[]) {
  const parsed = parse(...args);
  if (parsed.type !== 'run') throw new Error('expected values');
  return parsed.values;
}

describe('parseFlags', () => {
  it('takes a value after an equals sign and after a space, even one that starts with a dash or looks like a flag', () => {
    expect(valuesOf('--secure-port=1')['secure-port']).toBe(1);
    expect(valuesOf('--secure-port', '-1')['secure-port']).toBe(-1);
    expect(valuesOf('--old-name', '--v')['old-name']).toBe('--v');
    expect(valuesOf('--old-name=a=b')['old-name']).toBe('a=b');
    expect(valuesOf('--old-name=')['old-name']).toBe('');
  });

  it('takes underscores for hyphens, as upstream does', () => {
    expect(valuesOf('--secure_port=7')['secure-port']).toBe(7);
  });

  it('takes a bool without a value, with one, and never the next argument', () => {
    expect(valuesOf('--profiling').profiling).toBe(true);
    expect(valuesOf('--leader-elect=false')['leader-elect']).toBe(false);
    expect(() => parse('--leader-elect', 'false')).toThrow('"kube-test" does not take any arguments, got ["false"]');
  });

  it.each([[['-v=4']], [['-v4']], [['-v', '4']], [['--v=4']], [['--v', '4']]])('reads %j as verbosity 4', (args) => {
    expect(valuesOf(...args).v).toBe(4);
  });

  it('adds up repeated and comma-separated slices, the first given one replacing the default', () => {
    expect(valuesOf('--etcd-servers=a,b', '--etcd-servers=c')['etcd-servers']).toEqual(['a', 'b', 'c']);
    expect(valuesOf('--etcd-servers="a,b",c')['etcd-servers']).toEqual(['a,b', 'c']);
    expect(valuesOf('--key-file=x,y', '--key-file=z')['key-file']).toEqual(['x,y', 'z']);
    expect(valuesOf()['key-file']).toEqual(['default,key']);
  });

  it('adds up maps, a later key winning', () => {
    expect(valuesOf('--feature-gates=A=true,B=false', '--feature-gates=B=true')['feature-gates']).toEqual({ A: true, B: true });
    expect(valuesOf('--runtime-config=api/all=true')['runtime-config']).toEqual({ 'api/all': 'true' });
  });

  it('reads durations as milliseconds and port ranges as both ends', () => {
    expect(valuesOf('--lease-duration=1m30s')['lease-duration']).toBe(90_000);
    expect(valuesOf('--service-node-port-range=80+10')['service-node-port-range']).toEqual({ first: 80, last: 90 });
  });

  it('tells which flags were given, also when given at their default, and warns of deprecated ones', () => {
    expect(parse('--secure-port=10259', '--old-name=x')).toMatchObject({
      given: new Set(['secure-port', 'old-name']),
      warnings: ['Flag --old-name has been deprecated, use --new-name'],
    });
  });

  it.each([
    ['--foo', 'unknown flag: --foo'],
    ['--toString', 'unknown flag: --toString'],
    ['---foo', 'bad flag syntax: ---foo'],
    ['--=x', 'bad flag syntax: --=x'],
    ['-x', "unknown shorthand flag: 'x' in -x"],
    ['--secure-port', 'flag needs an argument: --secure-port'],
    ['-v', "flag needs an argument: 'v' in -v"],
    ['-v=x', 'invalid argument "x" for "-v, --v" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    ['--secure-port=1.5', 'invalid argument "1.5" for "--secure-port" flag: strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['--leader-elect=maybe', 'invalid argument "maybe" for "--leader-elect" flag: strconv.ParseBool: parsing "maybe": invalid syntax'],
    ['--lease-duration=5', 'invalid argument "5" for "--lease-duration" flag: time: missing unit in duration "5"'],
    ['--bind-address=300.0.0.1', 'invalid argument "300.0.0.1" for "--bind-address" flag: failed to parse IP: "300.0.0.1"'],
    ['--feature-gates=A', 'invalid argument "A" for "--feature-gates" flag: malformed pair, expect string=bool'],
    [
      '--service-node-port-range=9-8',
      'invalid argument "9-8" for "--service-node-port-range" flag: end port cannot be less than start port: 9-8',
    ],
    ['--format=xml', 'invalid argument "xml" for "--format" flag: must be one of "text", "json"'],
    [
      '--etcd-servers="a',
      'invalid argument "\\"a" for "--etcd-servers" flag: parse error on line 1: extraneous or missing " in quoted-field',
    ],
    ['start', '"kube-test" does not take any arguments, got ["start"]'],
  ])('refuses %s in one line', (argument, message) => {
    expect(() => parse(argument)).toThrow(expect.objectContaining({ message }) as Error);
  });

  it('shows every flag under its section with its default', () => {
    const parsed = parse('--help');
    expect(parsed.type).toBe('help');
    const text = parsed.type === 'help' ? parsed.text : '';
    expect(text).toContain('Usage:\n  kube-test [flags]\n\nSecure serving flags:\n\n      --bind-address ip   The address.');
    expect(text).toContain('      --leader-elect              Whether to elect. (default true)');
    expect(text).toContain('      --lease-duration duration   How long. (default 15s)');
    expect(text).toContain('  -v, --v int');
    expect(text).toContain('Old. (DEPRECATED: use --new-name)');
  });
});
