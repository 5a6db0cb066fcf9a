import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { LinuxMounter } from './mounter';

const TMPFS_MAGIC = 0x01021994;

/** Whether this process may mount, found out by doing it. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const describeHere = mayMount() ? describe : describe.skip;

describeHere('LinuxMounter (needs the right to mount)', () => {
  const mounter = new LinuxMounter();
  let folder: string;

  beforeEach(() => {
    // The kernel writes the space as \040 in its list of mounts.
    folder = join(mkdtempSync(join(tmpdir(), 'keelson-mounter-')), 'a pod');
    mkdirSync(folder);
  });

  afterEach(async () => {
    await mounter.unmountAll(folder);
    rmSync(join(folder, '..'), { recursive: true });
  });

  it('mounts memory of the size asked for, once', async () => {
    await mounter.mountMemory(folder, 1 << 20);
    writeFileSync(join(folder, 'kept'), 'yes');
    await mounter.mountMemory(folder, 1 << 20);
    const { type, blocks, bsize, ffree, files } = statfsSync(folder);
    expect({ type, bytes: blocks * bsize }).toEqual({ type: TMPFS_MAGIC, bytes: 1 << 20 });
    // A second file system on top would hide the file.
    expect(files - ffree).toBe(2);
  });

  it('unmounts what is mounted below first, and leaves a neighbour whose name begins alike', async () => {
    const neighbour = `${folder}-2`;
    mkdirSync(neighbour);
    await mounter.mountMemory(neighbour);
    await mounter.mountMemory(folder);
    mkdirSync(join(folder, 'inner'));
    await mounter.mountMemory(join(folder, 'inner'));
    await mounter.unmountAll(folder);
    expect([folder, neighbour].map((path) => statfsSync(path).type === TMPFS_MAGIC)).toEqual([false, true]);
    await mounter.unmountAll(neighbour);
  });

  it('has nothing to unmount where nothing is mounted', async () => {
    await expect(mounter.unmountAll(folder)).resolves.toBeUndefined();
  });
});
