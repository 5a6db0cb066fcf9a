import { keyRange } from './key-range';

describe('keyRange', () => {
  it('ends before the first key that does not start with the prefix', () => {
    expect(keyRange('/a/')).toEqual({ start: Buffer.from('/a/'), end: Buffer.from('/a0') });
    expect(keyRange('é')).toEqual({ start: Buffer.from([0xc3, 0xa9]), end: Buffer.from([0xc3, 0xaa]) });
  });

  it('has no end where every key has the prefix', () => {
    expect(keyRange('')).toEqual({ start: Buffer.alloc(0), end: undefined });
  });

  it('begins directly behind `after`, but never before the prefix', () => {
    expect(keyRange('/a/', '/a/b').start).toEqual(Buffer.from('/a/b\0'));
    expect(keyRange('/b/', '/a/z').start).toEqual(Buffer.from('/b/'));
  });
});
