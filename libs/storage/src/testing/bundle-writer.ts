import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * Makes a program of a module of this folder, for what a test can only see of a process of its own.
 * @param code calls what it needs of `./NAME`; may await
 * @returns the program's path in `folder`
 */
export async function bundleWriter(folder: string, code: string): Promise<string> {
  const outfile = join(folder, 'writer.mjs');
  await build({
    stdin: { contents: code, resolveDir: __dirname },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['lmdb'],
    logLevel: 'silent',
  });
  await symlink(resolve(require.resolve('lmdb'), '../../..'), join(folder, 'node_modules'));
  return outfile;
}
