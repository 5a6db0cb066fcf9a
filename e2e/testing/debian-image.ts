import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What deploy's images are built from. */
export const DEBIAN_IMAGE = 'debian:bookworm-slim';
const SUITE = 'bookworm';
const SOURCES = '/etc/apt';

/** @returns undefined if {@link ensureDebianImage} can succeed */
export function reasonForNoDebianImage(): string | undefined {
  if (haveImage() || spawnSync('docker', ['pull', '--quiet', DEBIAN_IMAGE], { timeout: 120_000 }).status === 0) return undefined;
  if (spawnSync('debootstrap', ['--version']).status !== 0) return `${DEBIAN_IMAGE} can not be pulled, and debootstrap is not installed`;
  return debianMirror() === undefined ? `${DEBIAN_IMAGE} can not be pulled, and apt has no ${SUITE} to make it from` : undefined;
}

/** Pulls the image or, where no registry answers, makes it from the packages that this machine itself is installed from. It stays, as a pulled one would. */
export function ensureDebianImage(): void {
  if (haveImage()) return;
  const folder = mkdtempSync(join(tmpdir(), 'keelson-debootstrap-'));
  try {
    execFileSync('debootstrap', ['--variant=minbase', SUITE, join(folder, 'root'), debianMirror() ?? ''], { stdio: 'ignore' });
    const archive = join(folder, 'root.tar');
    execFileSync('tar', ['--create', '--directory', join(folder, 'root'), '--file', archive, '.']);
    execFileSync('docker', ['import', '--change', 'CMD ["bash"]', archive, DEBIAN_IMAGE], { stdio: 'ignore' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function haveImage(): boolean {
  return spawnSync('docker', ['image', 'inspect', DEBIAN_IMAGE]).status === 0;
}

/** The address that apt gets the suite from, of whichever of its two formats: `deb URI SUITE ...`, or fields in paragraphs. */
function debianMirror(): string | undefined {
  for (const text of sourceFiles()) {
    for (const line of text.split('\n')) {
      const [, uri, suite] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line) ?? [];
      if (suite === SUITE) return uri;
    }
    for (const paragraph of text.split(/\n\s*\n/)) {
      const field = (name: string): string[] => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(paragraph)?.[1]?.split(/\s+/) ?? [];
      if (field('Suites').includes(SUITE)) return field('URIs')[0];
    }
  }
  return undefined;
}

function sourceFiles(): string[] {
  const folder = join(SOURCES, 'sources.list.d');
  const names = readdirSync(folder, { encoding: 'utf8' }).map((name) => join(folder, name));
  return [join(SOURCES, 'sources.list'), ...names].flatMap((path) => {
    try {
      return [readFileSync(path, 'utf8')];
    } catch {
      return [];
    }
  });
}
