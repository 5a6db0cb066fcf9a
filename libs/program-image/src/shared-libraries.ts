import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readElf, type ElfNeeds } from './elf';

export interface SharedLibraries {
  /** The loader's path, which is written into the program; undefined if it is linked statically. */
  readonly interpreter: string | undefined;
  /** Where each library is on this machine, by the name under which it is looked for. */
  readonly libraries: ReadonlyMap<string, string>;
}

/** What the loader looks through on whatever distribution, after the folders of /etc/ld.so.conf. */
const DEFAULT_FOLDERS = ['/lib64', '/usr/lib64', '/lib', '/usr/lib', '/usr/local/lib'];

/**
 * Everything that the loader would load to run `program`, as ldd finds it, without running it.
 * @throws Error naming the program, and the library that is missing
 */
export function sharedLibraries(program: string): SharedLibraries {
  const folders = [...new Set([...configuredFolders('/etc/ld.so.conf'), ...DEFAULT_FOLDERS])];
  const own = elfOf(program);
  const libraries = new Map<string, string>();
  const waiting = [{ file: program, needs: own }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const origin = dirname(realpathSync(next.file));
    const ownFolders = next.needs.runPath.map((path) => path.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, origin));
    for (const name of next.needs.libraries) {
      if (libraries.has(name)) continue;
      const found = firstFor(
        own.machine,
        [...ownFolders, ...folders].map((folder) => join(folder, name)),
      );
      if (found === undefined) throw new Error(`${program} can't be put into an image: its library ${name} is not on this machine`);
      libraries.set(name, found.file);
      waiting.push(found);
    }
  }
  return { interpreter: own.interpreter, libraries };
}

interface ElfFile {
  readonly file: string;
  readonly needs: ElfNeeds;
}

/** The first of `files` that is there and for that machine; others are linker scripts, or for another kind. */
function firstFor(machine: number, files: readonly string[]): ElfFile | undefined {
  for (const file of files) {
    if (!existsSync(file)) continue;
    try {
      const needs = elfOf(file);
      if (needs.machine === machine) return { file, needs };
    } catch {
      continue;
    }
  }
  return undefined;
}

/** @throws Error naming the file */
function elfOf(file: string): ElfNeeds {
  try {
    return readElf(readFileSync(file));
  } catch (error) {
    throw new Error(`${file} is no program or library that can be loaded here: ${(error as Error).message}`, { cause: error });
  }
}

/** The folders that a file of ldconfig's names, with those of the files it includes. */
function configuredFolders(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim());
  return lines.flatMap((line) => {
    const [, pattern] = /^include\s+(\S+)/.exec(line) ?? [];
    if (pattern !== undefined)
      return globSync(resolve(dirname(file), pattern))
        .sort()
        .flatMap(configuredFolders);
    return line === '' ? [] : [line];
  });
}
