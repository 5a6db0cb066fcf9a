import { readFile, realpath } from 'node:fs/promises';
import { systemTimers, writeFileAtomically, type Timers } from '@keelson/component-base';
import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml';
import { withFileLock } from './file-lock';
import { kubeconfigParts, parseKubeconfig, type KubeconfigEntry } from './kubeconfig';

const SECTIONS = ['clusters', 'contexts', 'users'] as const;

/** What a context consists of, by name. */
export interface KubeconfigNames {
  readonly context: string;
  readonly cluster: string;
  readonly user: string;
}

/**
 * Puts an entry into a user's kubeconfig, in the place of parts of the same names, and makes it current. All else stays as it is, comments
 * included. Creates the file, readable by its owner only.
 * @throws Error naming the file if it is no kubeconfig or stays locked; it is then unchanged
 */
export function mergeKubeconfig(path: string, entry: KubeconfigEntry, timers: Timers = systemTimers): Promise<void> {
  return edit(path, timers, (document) => {
    for (const key of ['apiVersion', 'kind'] as const) if (!document.has(key)) document.set(key, key === 'kind' ? 'Config' : 'v1');
    const parts = kubeconfigParts(entry);
    for (const section of SECTIONS) putNamed(document, sequenceOf(document, section), parts[section]);
    document.set('current-context', entry.context);
  });
}

/**
 * Takes a context with its cluster and user out of a kubeconfig; parts that another context uses stay. Nothing happens if there is no such file.
 * @throws Error as {@link mergeKubeconfig}
 */
export function removeFromKubeconfig(path: string, names: KubeconfigNames, timers: Timers = systemTimers): Promise<void> {
  return edit(path, timers, (document) => {
    removeNamed(sequenceOf(document, 'contexts'), names.context);
    const remaining = (document.toJS() as { contexts?: { context?: { cluster?: string; user?: string } }[] }).contexts ?? [];
    if (!remaining.some(({ context }) => context?.cluster === names.cluster)) removeNamed(sequenceOf(document, 'clusters'), names.cluster);
    if (!remaining.some(({ context }) => context?.user === names.user)) removeNamed(sequenceOf(document, 'users'), names.user);
    if (document.get('current-context') === names.context) document.set('current-context', '');
  });
}

async function edit(path: string, timers: Timers, change: (document: Document) => void): Promise<void> {
  const target = await resolvedPath(path);
  await withFileLock(target, timers, async () => {
    const text = await textOf(target);
    parseKubeconfig(text, path);
    const document: Document = parseDocument(text);
    if (!isMap(document.contents)) document.contents = document.createNode({});
    change(document);
    const changed = document.toString({ lineWidth: 0, flowCollectionPadding: false });
    if (changed !== text) await writeFileAtomically(target, changed, { mode: 0o600 });
  });
}

/** Where a symbolic link leads, so that the link itself stays. */
async function resolvedPath(path: string): Promise<string> {
  return realpath(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw error;
  });
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
}

/** The list under `section`, made if it is missing or empty in any of YAML's ways. */
function sequenceOf(document: Document, section: string): YAMLSeq {
  const present = document.get(section);
  if (isSeq(present)) {
    // A list written `[]` grows in block style, as kubectl would write it.
    if (present.items.length === 0) present.flow = false;
    return present;
  }
  const made = document.createNode([]);
  document.set(section, made);
  return made;
}

function putNamed(document: Document, list: YAMLSeq, item: Readonly<Record<string, unknown>>): void {
  const index = list.items.findIndex((candidate) => nameOf(candidate) === item['name']);
  const node = document.createNode(item);
  if (index < 0) list.items.push(node);
  else list.items[index] = node;
}

function removeNamed(list: YAMLSeq, name: string): void {
  list.items = list.items.filter((item) => nameOf(item) !== name);
}

function nameOf(item: unknown): unknown {
  if (!isMap(item)) return undefined;
  const name: unknown = item.get('name', true);
  return isScalar(name) ? name.value : undefined;
}
