import { chmod, mkdir, open, stat } from 'node:fs/promises';
import { VolumeProblem } from './pod-volumes';

type Expectation = (found: Awaited<ReturnType<typeof stat>>) => boolean;

const EXPECTED: Readonly<Record<string, { readonly is: Expectation; readonly name: string }>> = {
  Directory: { is: (found) => found.isDirectory(), name: 'a directory' },
  File: { is: (found) => found.isFile(), name: 'a file' },
  Socket: { is: (found) => found.isSocket(), name: 'a socket file' },
  CharDevice: { is: (found) => found.isCharacterDevice(), name: 'a character device' },
  BlockDevice: { is: (found) => found.isBlockDevice(), name: 'a block device' },
};

/** Sees to it that a hostPath is what its type says, and makes what may be made. @throws VolumeProblem if it is something else, or missing */
export async function prepareHostPath(path: string, type: string): Promise<void> {
  if (type === '') return;
  if (type === 'DirectoryOrCreate') await makeDirectory(path);
  if (type === 'FileOrCreate') await makeFile(path);
  const expected = EXPECTED[type.replace('OrCreate', '')];
  if (expected === undefined) throw new VolumeProblem(`hostPath type ${JSON.stringify(type)} is not known`);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !expected.is(found)) throw new VolumeProblem(`hostPath type check failed: ${path} is not ${expected.name}`);
}

async function makeDirectory(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true, mode: 0o755 }).catch(ignoreExisting)) !== undefined) await chmod(path, 0o755);
}

async function makeFile(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o644).catch(ignoreExisting);
  await file?.close();
}

function ignoreExisting(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
