import { Writable } from 'node:stream';
import { createLogger, type LoggerOptions } from './create-logger';

function collect(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const clock = { now: () => Date.UTC(2026, 0, 2, 15, 4, 5, 6) };
  return { lines, log: createLogger({ name: 'kubelet', pid: 7, format: 'text', verbosity: 2, stream, clock, ...options }) };
}

describe('createLogger', () => {
  it('writes klog’s structured text', () => {
    const { log, lines } = collect();
    log.info('Starting "kubelet"', { port: 10250, node: 'a b', ready: true, taints: ['x'] });
    log.error('Unable to start', { error: new Error('outer', { cause: new Error('inner') }) });
    expect(lines).toEqual([
      'I0102 15:04:05.006000       7 kubelet] "Starting \\"kubelet\\"" port=10250 node="a b" ready=true taints=["x"]\n',
      'E0102 15:04:05.006000       7 kubelet] "Unable to start" err="outer: inner"\n',
    ]);
  });

  it('writes upstream’s JSON', () => {
    const { log, lines } = collect({ format: 'json' });
    log.with({ node: 'a' }).v(2, 'Synced', { pods: 3 });
    expect(JSON.parse(lines[0]!)).toEqual({ ts: 1767366245006, logger: 'kubelet', msg: 'Synced', v: 2, node: 'a', pods: 3 });
  });

  it('writes nothing above its verbosity', () => {
    const { log, lines } = collect();
    log.v(3, 'Detail');
    expect(lines).toEqual([]);
  });

  it.each(['text', 'json'] as const)('keeps secrets out of %s, by the name of the field and by their look', (format) => {
    const { log, lines } = collect({ format });
    const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----';
    log.info(`Read ${key}`, {
      token: 'abc',
      header: { authorization: 'Bearer abc' },
      jwt: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
      secretName: 'kept',
    });
    log.error('Failed', { error: new Error(`bad key ${key}`) });
    expect(lines.join('')).not.toMatch(/abc|MHcCAQ|c2ln/);
    expect(lines.join('')).toContain('kept');
  });

  it.each(['text', 'json'] as const)('never throws, whatever it is given, as %s', (format) => {
    const { log, lines } = collect({ format });
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    log.info('Odd', { cycle, big: 1n, nothing: undefined });
    log.info('Getter', {
      thrower: {
        toJSON: () => {
          throw new Error('no');
        },
      },
    });
    expect(lines).toHaveLength(2);
  });

  it('keeps each event on one line', () => {
    const { log, lines } = collect();
    log.info('two\nlines', { value: 'a\nb' });
    expect(lines[0]?.trimEnd()).not.toContain('\n');
  });
});
