import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePodLogs } from './pod-logs';

describe('removePodLogs', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'keelson-pod-logs-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('removes the logs of the pods, and leaves those of a pod of the same name on another cluster', async () => {
    for (const name of ['default_web_one', 'default_web_two', 'kube-system_dns_three', 'two'])
      await mkdir(join(folder, name, 'main'), { recursive: true });
    await writeFile(join(folder, 'default_web_one/main/0.log'), 'text');
    await removePodLogs(new Set(['one', 'three', 'unknown']), folder);
    expect((await readdir(folder)).sort()).toEqual(['default_web_two', 'two']);
  });

  it('does nothing on a machine that has had no pods', async () => {
    await removePodLogs(new Set(['one']), join(folder, 'absent'));
    expect(await readdir(folder)).toEqual([]);
  });
});
