import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '@keelson/apimachinery';
import { parseAllDocuments } from 'yaml';

/** What the label {@link MODE_LABEL} asks for. */
export type Mode = 'Reconcile' | 'EnsureExists';

export const MODE_LABEL = 'addonmanager.kubernetes.io/mode';

/** Came before {@link MODE_LABEL}, and is still heeded as upstream does: `true` is Reconcile, unless the other label says EnsureExists. */
export const CLUSTER_SERVICE_LABEL = 'kubernetes.io/cluster-service';

/** One object as its file has it. */
export interface Manifest {
  readonly file: string;
  readonly mode: Mode;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly object: JsonObject;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  /** A sentence for each file, or part of one, that can't be understood: nobody knows which objects it was to hold. */
  readonly problems: readonly string[];
}

const EXTENSIONS = /\.(ya?ml|json)$/;

/**
 * Reads all manifests of a folder, and of those in it, by name. Objects without a mode are none of the addon manager's and left out.
 * @throws Error if the folder itself can't be read
 */
export async function readManifests(folder: string): Promise<Manifests> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => EXTENSIONS.test(name)).sort();
  const found = await Promise.all(names.map((name) => readFileOf(join(folder, name))));
  return { manifests: found.flatMap(({ manifests }) => manifests), problems: found.flatMap(({ problems }) => problems) };
}

async function readFileOf(file: string): Promise<Manifests> {
  try {
    return parseManifests(file, await readFile(file, 'utf8'));
  } catch (error) {
    return { manifests: [], problems: [`${file} can't be read: ${(error as Error).message}`] };
  }
}

/** The manifests of one file's text: YAML documents, or JSON, which is YAML. */
export function parseManifests(file: string, text: string): Manifests {
  const manifests: Manifest[] = [];
  const problems: string[] = [];
  const documents = parseAllDocuments(text);
  for (const [index, document] of [...documents].entries()) {
    const where = documents.length > 1 ? `${file}, document ${index + 1}` : file;
    const [error] = document.errors;
    if (error !== undefined) {
      problems.push(`${where} is not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
      continue;
    }
    for (const object of objectsOf(document.toJS() as Json)) {
      const manifest = manifestOf(file, object);
      if (typeof manifest === 'string') problems.push(`${where}: ${manifest}`);
      else if (manifest !== undefined) manifests.push(manifest);
    }
  }
  return { manifests, problems };
}

/** Of a list its items; of an empty document nothing. */
function objectsOf(document: Json): readonly Json[] {
  if (document === null) return [];
  const isList = isJsonObject(document) && document['kind'] === 'List' && Array.isArray(document['items']);
  return isList ? (document['items'] as readonly Json[]) : [document];
}

/** @returns what is wrong with it, as a sentence; undefined if it has no mode */
function manifestOf(file: string, object: Json): Manifest | string | undefined {
  if (!isJsonObject(object)) return `an object was expected: ${JSON.stringify(object)}`;
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return 'an object must have apiVersion and kind';
  const { name, namespace, labels } = isJsonObject(metadata) ? metadata : {};
  if (typeof name !== 'string' || name === '') return `${kind} must have metadata.name`;
  if (namespace !== undefined && typeof namespace !== 'string') return `${kind} ${name}: metadata.namespace must be a string`;
  const mode = modeOf(isJsonObject(labels) ? labels : {});
  return mode === undefined ? undefined : { file, mode, apiVersion, kind, name, namespace, object };
}

/** @returns undefined for an object that the addon manager has nothing to do with */
export function modeOf(labels: Readonly<Record<string, Json>>): Mode | undefined {
  const mode = labels[MODE_LABEL];
  if (mode === 'EnsureExists') return 'EnsureExists';
  return mode === 'Reconcile' || labels[CLUSTER_SERVICE_LABEL] === 'true' ? 'Reconcile' : undefined;
}
