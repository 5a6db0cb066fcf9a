import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { field, type ConfigFields, type ConfigProblems, type ConfigValues } from './config-fields';

export interface ConfigFileSpec<F extends ConfigFields> {
  /** `kubelet.config.k8s.io/v1beta1` */
  readonly apiVersion: string;
  readonly kind: string;
  /** All fields but `apiVersion` and `kind`. */
  readonly fields: F;
}

/**
 * Reads a `--config` file strictly: YAML or JSON of one kind, with no field that isn't declared.
 * @returns what the file says; what it leaves out is absent
 * @throws Error, one line naming the file and all that is wrong with it, in upstream's words
 */
export async function loadConfigFile<F extends ConfigFields>(path: string, spec: ConfigFileSpec<F>): Promise<ConfigValues<F>> {
  const content = parseYaml(await readConfig(path), path);
  const { apiVersion, kind, ...rest } = content;
  if (typeof kind !== 'string' || kind === '') throw new Error(`${path}: Object 'Kind' is missing`);
  if (apiVersion !== spec.apiVersion || kind !== spec.kind)
    throw new Error(
      `${path}: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? '')}; expected ${spec.kind} of ${spec.apiVersion}`,
    );
  const problems: ConfigProblems = { unknownFields: [], invalid: [] };
  const values = field.object(spec.fields).read(rest, '', problems);
  if (problems.invalid.length > 0) throw new Error(`${path}: ${problems.invalid.join(', ')}`);
  const unknown = problems.unknownFields.map((name) => `unknown field ${JSON.stringify(name)}`);
  if (unknown.length > 0) throw new Error(`${path}: strict decoding error: ${unknown.join(', ')}`);
  return values;
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file or directory' : (error as Error).message;
    throw new Error(`open ${path}: ${reason}`, { cause: error });
  }
}

function parseYaml(text: string, path: string): Record<string, unknown> {
  const document = parseDocument(text, { prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new Error(`${path}: strict decoding error: yaml: line ${lineOf(text, problem.pos[0])}: ${problem.message}`);
  const content: unknown = document.toJS();
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new Error(`${path}: expected a mapping`);
  return content as Record<string, unknown>;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
