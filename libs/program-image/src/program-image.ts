import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageEntry, LocalImage } from '@keelson/container-runtime';
import { sharedLibraries } from './shared-libraries';

export interface ProgramImageOptions {
  /** The executable's name, such as `cluster-dns`. */
  readonly name: string;
  /** The folder of the build: `node`, `package.json` and `apps/NAME`. */
  readonly dist: string;
}

const DIRECTORY = 0o755;
const FILE = 0o644;
const EXECUTABLE = 0o755;

/** Where the program lies in its image; as in `dist`. */
const PROGRAM_FOLDER = '/keelson';

/** One folder, so that the loader finds them on whatever distribution they come from. */
const LIBRARY_FOLDER = '/lib';

const ACCOUNTS = 'root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n';
const GROUPS = 'root:x:0:\nnobody:x:65534:\n';

/**
 * An image that holds one program of this build and nothing it could do without: its bundle, Node, the shared libraries that Node needs.
 * Its tag is a digest of all that is in it.
 * @throws Error naming the file that is missing
 */
export async function programImage({ name, dist }: ProgramImageOptions): Promise<LocalImage> {
  const node = join(dist, 'node');
  const { interpreter, libraries } = sharedLibraries(node);
  const files = [
    file(`${PROGRAM_FOLDER}/node`, node, EXECUTABLE),
    file(`${PROGRAM_FOLDER}/package.json`, join(dist, 'package.json'), FILE),
    ...bundle(name, dist),
    ...(interpreter === undefined ? [] : [file(interpreter, interpreter, EXECUTABLE)]),
    ...[...libraries].map(([library, path]) => file(`${LIBRARY_FOLDER}/${library}`, path, EXECUTABLE)),
    text('/etc/passwd', ACCOUNTS),
    text('/etc/group', GROUPS),
  ];
  const unique = [...new Map(files.map((each) => [each.path, each])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const entries = [...foldersOf(unique), { type: 'directory', path: '/tmp', mode: 0o1777 } as const, ...unique];
  const instructions = [
    `ENTRYPOINT ${JSON.stringify([`${PROGRAM_FOLDER}/node`, `${PROGRAM_FOLDER}/apps/${name}/main.js`])}`,
    `ENV LD_LIBRARY_PATH=${LIBRARY_FOLDER} NODE_ENV=production`,
    'WORKDIR /',
  ];
  return { repository: repositoryOf(name), tag: await digest(entries, instructions), entries, instructions };
}

/** Of the images of a program. */
export const repositoryOf = (name: string): string => `keelson/${name}`;

/** Without source maps, which are as large as the rest. */
function bundle(name: string, dist: string): ImageEntry[] {
  const from = join(dist, 'apps', name);
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((path) => !path.endsWith('.map'));
  return names
    .filter((path) => statSync(join(from, path)).isFile())
    .map((path) => file(`${PROGRAM_FOLDER}/apps/${name}/${path}`, join(from, path), FILE));
}

const file = (path: string, from: string, mode: number): ImageEntry => ({
  type: 'file',
  path,
  mode,
  size: statSync(from).size,
  content: { file: from },
});

const text = (path: string, content: string): ImageEntry => ({
  type: 'file',
  path,
  mode: FILE,
  size: Buffer.byteLength(content),
  content: Buffer.from(content),
});

/** The folders that `files` lie in, the outer before the inner. */
function foldersOf(files: readonly ImageEntry[]): ImageEntry[] {
  const paths = files.flatMap(({ path }) => {
    const parts = path.split('/').slice(1, -1);
    return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
  });
  return [...new Set(paths)].sort().map((path) => ({ type: 'directory', path, mode: DIRECTORY }));
}

async function digest(entries: readonly ImageEntry[], instructions: readonly string[]): Promise<string> {
  const hash = createHash('blake2b512').update(JSON.stringify(instructions));
  for (const entry of entries) {
    hash.update(`\n${entry.type} ${entry.path} ${entry.mode}\n`);
    if (entry.type === 'directory') continue;
    if (Buffer.isBuffer(entry.content)) hash.update(entry.content);
    else for await (const chunk of createReadStream(entry.content.file, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  }
  return hash.digest('hex').slice(0, 16);
}
