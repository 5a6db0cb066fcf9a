/**
 * Makes `dist` stand on its own: `dist/bin/NAME` for every bundled daemon, the pinned Node they run on, the native addons that
 * can't be bundled, and the manifests of the cluster's addons.
 */
import { chmodSync, cpSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');

/**
 * What daemons that stay small for the most part are run with. V8 keeps for good what its young generation grew to when a daemon started,
 * which is up to 16 MB. Not those whose throughput depends on it.
 */
const NODE_OPTIONS_OF: Readonly<Record<string, string>> = {
  'kube-controller-manager': '--max-semi-space-size=2',
};

/**
 * Finds its own folder through links, so that it can be linked into a PATH and run from anywhere. Without `--enable-source-maps`, since Node then
 * keeps every map in memory, 10 MB a daemon; the bundles keep the names, so that a stack can be read without. glibc would otherwise give each of
 * Node's threads a heap of its own, and none of them gives back what it grew to.
 */
const script = (name: string): string => `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export MALLOC_ARENA_MAX="\${MALLOC_ARENA_MAX:-1}"
exec "$here/../node" ${NODE_OPTIONS_OF[name] ?? ''} "$here/../apps/${name}/main.js" "$@"
`;

function writeExecutables(): void {
  const folder = join(dist, 'bin');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(join(dist, 'apps'))) {
    writeFileSync(join(folder, name), script(name));
    chmodSync(join(folder, name), 0o755);
  }
}

function placeNode(): void {
  const target = join(dist, 'node');
  rmSync(target, { force: true });
  try {
    linkSync(process.execPath, target);
  } catch {
    cpSync(process.execPath, target, { dereference: true });
  }
}

interface PackageManifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Copies a package and everything it needs at run time, as far as it is installed on this platform. */
function copyPackage(name: string, done: Set<string>): void {
  const from = join(root, 'node_modules', name);
  if (done.has(name) || !existsSync(from)) return;
  done.add(name);
  cpSync(from, join(dist, 'node_modules', name), { recursive: true, dereference: true });
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as PackageManifest;
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) copyPackage(dependency, done);
}

writeExecutables();
placeNode();
rmSync(join(dist, 'addons'), { recursive: true, force: true });
cpSync(join(root, 'deploy/addons'), join(dist, 'addons'), { recursive: true });
// Installed as a package (`npm install PATH/dist`), it is what tests import their clusters from.
const testing = { types: './apps/keelson/testing.d.ts', default: './apps/keelson/testing.js' };
const manifest = { name: 'keelson', version: '0.1.0', type: 'module', exports: { './testing': testing } };
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
rmSync(join(dist, 'node_modules'), { recursive: true, force: true });
copyPackage('lmdb', new Set());
