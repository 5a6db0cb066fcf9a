import { BodyPipe } from './body-pipe';

const KIBIBYTE = 1024;

async function readAll(pipe: BodyPipe): Promise<string> {
  let text = '';
  for await (const chunk of pipe) text += Buffer.from(chunk).toString();
  return text;
}

describe('BodyPipe', () => {
  it('gives the reader what was written, before and while it waits, in order', async () => {
    const pipe = new BodyPipe(() => undefined);
    pipe.write(Buffer.from('a'));
    const read = readAll(pipe);
    await Promise.resolve();
    pipe.write(Buffer.from('b'));
    pipe.write(Buffer.from('c'));
    pipe.end();
    expect(await read).toBe('abc');
  });

  it('tells the writer to wait for a reader that is behind, and when it has caught up', async () => {
    const pipe = new BodyPipe(() => undefined);
    expect(pipe.write(Buffer.alloc(40 * KIBIBYTE))).toBe(true);
    expect(pipe.write(Buffer.alloc(40 * KIBIBYTE))).toBe(false);
    expect(pipe.pendingBytes).toBe(80 * KIBIBYTE);
    let isDrained = false;
    const drained = pipe.drained().then(() => (isDrained = true));
    await Promise.resolve();
    expect(isDrained).toBe(false);
    await pipe.next();
    await drained;
    expect(pipe.pendingBytes).toBe(40 * KIBIBYTE);
  });

  it('drops what was not read when it breaks, and lets go of a writer that waits', async () => {
    const pipe = new BodyPipe(() => undefined);
    pipe.write(Buffer.alloc(80 * KIBIBYTE));
    const drained = pipe.drained();
    pipe.break(new Error('gone'));
    await drained;
    await expect(pipe.next()).rejects.toThrow('gone');
    expect(pipe.pendingBytes).toBe(0);
  });

  it('does not break once it was read to its end', async () => {
    const pipe = new BodyPipe(() => undefined);
    pipe.write(Buffer.from('a'));
    pipe.end();
    await pipe.next();
    pipe.break(new Error('too late'));
    expect(await pipe.next()).toEqual({ done: true, value: undefined });
  });

  it('tells when the reader leaves early, and takes no more then', async () => {
    let hasLeft = false;
    const pipe = new BodyPipe(() => (hasLeft = true));
    pipe.write(Buffer.from('a'));
    for await (const chunk of pipe) {
      expect(chunk).toHaveLength(1);
      break;
    }
    expect(hasLeft).toBe(true);
    pipe.write(Buffer.from('b'));
    expect(pipe.pendingBytes).toBe(0);
  });
});
