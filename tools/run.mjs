/**
 * The door to every npm script. Runs on any Node from 20 on with nothing installed: fetches the packages if they are missing or old,
 * among them the Node that the project pins, builds what has changed, and hands over.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const REQUIRED_MAJOR = 24;

const say = (text) => process.stderr.write(`keelson: ${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

/** Installs exactly what package-lock.json says, once for each version of it. Nothing is compiled, so no install script needs to run. */
function ensurePackages() {
  const stamp = join(root, 'node_modules/.keelson-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('fetching the packages this version needs (about a minute, once) ...');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (npm.error) fail(`npm could not be run: ${npm.error.message}`);
  if (npm.status !== 0) fail('npm ci failed; its messages are above. Mend what they name and run the same command again.');
  writeFileSync(stamp, wanted);
}

/** The folder whose `node` is new enough: this process's own, or that of the package that carries the pinned one. */
function nodeFolder() {
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return dirname(process.execPath);
  const folder = join(root, `node_modules/node-${process.platform}-${process.arch}/bin`);
  if (existsSync(join(folder, 'node'))) return folder;
  return fail(
    `Node ${REQUIRED_MAJOR} is needed and there is no package of it for ${process.platform}-${process.arch}; install it and try again.`,
  );
}

function newestChange(path) {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  const times = readdirSync(path)
    .filter((name) => name !== 'node_modules' && name !== 'generated' && !name.endsWith('.spec.ts'))
    .map((name) => newestChange(join(path, name)));
  return Math.max(entry.mtimeMs, ...times);
}

const SOURCES = ['apps', 'libs', 'deploy/addons', 'tools/build', 'tools/codegen', 'package-lock.json'];

function isBuilt() {
  const stamp = join(root, 'dist/.built');
  return existsSync(stamp) && SOURCES.every((path) => newestChange(join(root, path)) <= statSync(stamp).mtimeMs);
}

function runner() {
  const node = nodeFolder();
  const env = {
    ...process.env,
    PATH: [node, join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
  };
  const run = (command, args) => {
    const child = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
    if (child.error) fail(`${command} could not be run: ${child.error.message}`);
    return child.status ?? 1;
  };
  return { run, env, node: join(node, 'node') };
}

function generate({ run }) {
  if (run('nx', ['run-many', '-t', 'generate', '--outputStyle=stream-without-prefixes', '--verbose=false']) !== 0)
    fail('code generation failed; its messages are above.');
}

function build(tools) {
  const begun = Date.now();
  if (tools.run('nx', ['run-many', '-t', 'bundle', '--outputStyle=static']) !== 0) fail('the build failed; its messages are above.');
  if (tools.run(tools.node, ['tools/build/executables.mts']) !== 0) fail('dist/bin could not be written; the message is above.');
  writeFileSync(join(root, 'dist/.built'), new Date().toISOString());
  say(`built in ${((Date.now() - begun) / 1000).toFixed(1)} s; the executables are in dist/bin`);
}

function ensureBuilt(tools) {
  if (isBuilt()) return;
  say('building ...');
  build(tools);
}

/** Becomes `command`: its exit code and the signals sent to us are passed through. */
function become(tools, command, args) {
  const child = spawn(command, args, { stdio: 'inherit', env: tools.env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${command} could not be run: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}

const launcher = (tools, args) => become(tools, join(root, 'dist/bin/keelson'), args);

const commands = {
  start: (tools, args) => (ensureBuilt(tools), launcher(tools, ['up', ...args])),
  stop: (tools, args) => (ensureBuilt(tools), launcher(tools, ['down', ...args])),
  build: (tools) => build(tools),
  test: (tools, args) => (ensureBuilt(tools), become(tools, tools.node, [join(root, 'tools/test/main.mts'), ...args])),
  lint: (tools, args) => {
    generate(tools);
    // The rule of module boundaries reads Nx's graph of the projects, which this leaves behind.
    spawnSync('nx', ['show', 'projects'], { cwd: root, env: tools.env, stdio: 'ignore' });
    const folders = ['apps', 'libs', 'tools', 'e2e'].filter((folder) => existsSync(join(root, folder)));
    const formatted = tools.run('prettier', ['--check', '--log-level', 'warn', ...folders]);
    process.exit(tools.run('eslint', [...folders, ...args]) || formatted);
  },
  typecheck: (tools) => (generate(tools), process.exit(tools.run('tsc', ['-p', 'tsconfig.json']))),
  bench: (tools, args) => (ensureBuilt(tools), become(tools, tools.node, [join(root, 'tools/bench/main.mts'), ...args])),
  kubectl: (tools, args) => become(tools, tools.node, [join(root, 'tools/kubectl/main.mts'), ...args]),
  node: (tools, args) => become(tools, tools.node, args),
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) fail(`no such command: ${name ?? ''}; there are ${Object.keys(commands).join(', ')}`);
ensurePackages();
command(runner(), args);
