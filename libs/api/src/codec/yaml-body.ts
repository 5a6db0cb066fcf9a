import { isCollection, isMap, isScalar, LineCounter, parseDocument, type Document, type ParsedNode } from 'yaml';
import { DecodeError } from './decode-context';

export interface YamlBody {
  readonly value: unknown;
  /** What a strict client wants to hear of; empty if no name is given twice. */
  readonly strictErrors: readonly string[];
}

/**
 * Reads a YAML body as upstream does: the first document, YAML 1.1 (`0644` is octal, `yes` is true), but without its dates, sets and
 * sexagesimal numbers.
 * @throws DecodeError if it is no YAML, or no JSON could say the same
 */
export function parseYaml(text: string): YamlBody {
  const lines = new LineCounter();
  const document = parseDocument(firstDocument(text), {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag !== 'string' && !LEFT_OUT.test(`${tag.tag} ${tag.format ?? ''}`)),
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error !== undefined) throw new DecodeError(`yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message}`, { cause: error });
  return { value: toJson(document), strictErrors: duplicateKeys(document, lines) };
}

/** A few aliases that refer to each other can stand for more than any memory holds. */
const MAX_ALIASES = 100;

function toJson(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (cause) {
    throw new DecodeError('yaml: document contains excessive aliasing', { cause });
  }
}

const LEFT_OUT = /:(?:timestamp|set|omap|pairs|binary) |TIME/;

/** Upstream reads one document and ignores the rest. */
function firstDocument(text: string): string {
  const end = /^(?:---|\.\.\.)(?:\s|$)/gm;
  const body = text.replace(/^(?:\s*#.*\n|\s*\n)*---\s*\n/, '');
  const match = end.exec(body);
  return match === null ? body : body.slice(0, match.index);
}

function duplicateKeys(document: Document.Parsed, lines: LineCounter): string[] {
  const found: string[] = [];
  collectDuplicates(document.contents, lines, found);
  return found.length === 0 ? [] : [`yaml: unmarshal errors:\n${found.map((line) => `  ${line}`).join('\n')}`];
}

function collectDuplicates(node: ParsedNode | null, lines: LineCounter, found: string[]): void {
  if (!isCollection(node)) return;
  const seen = new Set<unknown>();
  for (const item of node.items) {
    if (!isMap(node)) {
      collectDuplicates(item as ParsedNode, lines, found);
      continue;
    }
    const { key, value } = item as { key: ParsedNode; value: ParsedNode | null };
    const name = isScalar(key) ? key.value : key;
    if (seen.has(name)) found.push(`line ${lines.linePos(key.range[0]).line}: key ${JSON.stringify(name)} already set in map`);
    seen.add(name);
    collectDuplicates(value, lines, found);
  }
}
