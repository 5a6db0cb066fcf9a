/** Bundles one daemon into `dist/apps/NAME/main.js`: `node tools/build/bundle.mts NAME`. */
import { build } from 'esbuild';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rollUpDeclarations } from './roll-up-declarations.mts';

const root = join(import.meta.dirname, '../..');
const [name] = process.argv.slice(2);
if (name === undefined) throw new Error('usage: bundle.mts NAME');

const output = join(root, 'dist/apps', name);
rmSync(output, { recursive: true, force: true });
const source = join(root, 'apps', name, 'src');
// What a program of others imports, where an app has something for them.
const testing = join(source, 'testing.ts');
// npm lays a copy beside each lib that needs it, since another version has the common place; one will do.
const yaml = dirname(createRequire(join(root, 'libs/component-base/package.json')).resolve('yaml/package.json'));
const { metafile } = await build({
  entryPoints: { main: join(source, 'main.ts'), ...(existsSync(testing) ? { testing } : {}) },
  outdir: output,
  bundle: true,
  metafile: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: 'linked',
  sourcesContent: false,
  // V8 keeps the text of every loaded bundle: without blanks and comments it is a quarter shorter, and pure ASCII, which takes one byte a character
  // where a single other one makes it two. Names stay, so that a stack can be read, and lines stay short, since Node shows the one that threw.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'external',
  lineLimit: 160,
  logLevel: 'warning',
  alias: { yaml },
  // Native addons: copied beside the bundles by executables.mts, or optional and absent.
  external: ['lmdb', 'cpu-features', '*.node'],
  // What CommonJS packages expect to find, since the bundle is an ES module.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename, __dirname = import.meta.dirname;",
  },
});

// etcd3 reads its protocol from `../proto`, seen from its code, which lies in `chunks` since it is imported on demand.
const usesEtcd = Object.keys(metafile.inputs).some((path) => path.includes('node_modules/etcd3/'));
if (usesEtcd) cpSync(join(root, 'node_modules/etcd3/proto'), join(output, 'proto'), { recursive: true });

if (existsSync(testing)) writeFileSync(join(output, 'testing.d.ts'), rollUpDeclarations(testing));
