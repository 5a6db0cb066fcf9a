import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withHomeLock } from './home-lock';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'keelson-lock-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('withHomeLock', () => {
  it('refuses a second holder, names the first, and is free again after it', async () => {
    await withHomeLock(home, async () => {
      await expect(withHomeLock(home, () => Promise.resolve())).rejects.toThrow(
        `(pid ${process.pid}) is starting or stopping the cluster in ${home}`,
      );
    });
    expect(await withHomeLock(home, () => Promise.resolve('free'))).toBe('free');
  });

  it('is free again after an action that failed', async () => {
    await expect(withHomeLock(home, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await withHomeLock(home, () => Promise.resolve('free'))).toBe('free');
  });

  it('is free again when its holder is killed', async () => {
    const { dev, ino } = statSync(home);
    const script = `require('net').createServer().listen({ path: '\\0keelson-home-${dev}-${ino}' }, () => console.log('held'))`;
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    await expect(withHomeLock(home, () => Promise.resolve())).rejects.toThrow(`(pid ${holder.pid})`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await withHomeLock(home, () => Promise.resolve('free'))).toBe('free');
  });
});
