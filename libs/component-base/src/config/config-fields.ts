import { parseGoDuration } from '../go-duration';

/** What is wrong with a file's content, collected over the whole of it. */
export interface ConfigProblems {
  readonly unknownFields: string[];
  readonly invalid: string[];
}

/** How a value of a configuration file is read. */
export interface ConfigField<T> {
  /** @param path for messages: `leaderElection.leaseDuration` */
  read(value: unknown, path: string, problems: ConfigProblems): T;
}

export type ConfigFields = Readonly<Record<string, ConfigField<unknown>>>;

/** Every field may be left out of a file. */
export type ConfigValues<F extends ConfigFields> = { readonly [K in keyof F]?: F[K] extends ConfigField<infer T> ? T : never };

function scalar<T>(goType: string, accept: (value: unknown) => T | undefined): ConfigField<T | undefined> {
  return {
    read(value, path, problems) {
      const accepted = accept(value);
      if (accepted === undefined) problems.invalid.push(`cannot unmarshal ${jsonType(value)} into field ${path} of type ${goType}`);
      return accepted;
    },
  };
}

/** The types of fields; `null` counts as left out. Durations are Go's text and become milliseconds. */
export const field = {
  string: scalar('string', (value) => (typeof value === 'string' ? value : undefined)),
  bool: scalar('bool', (value) => (typeof value === 'boolean' ? value : undefined)),
  int: scalar('int32', (value) => (Number.isSafeInteger(value) ? (value as number) : undefined)),
  float: scalar('float64', (value) => (typeof value === 'number' ? value : undefined)),
  duration: scalar('Duration', readDuration),
  /** Taken as it is; its owner reads it. */
  any: { read: (value: unknown) => value } satisfies ConfigField<unknown>,
  object: objectOf,
  list: listOf,
  map: mapOf,
} as const;

function readDuration(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return parseGoDuration(value);
  } catch {
    return undefined;
  }
}

function objectOf<F extends ConfigFields>(fields: F): ConfigField<ConfigValues<F>> {
  return {
    read(value, path, problems) {
      const entries = entriesOf(value, path, problems).flatMap(([name, inner]): [string, unknown][] => {
        const inside = path === '' ? name : `${path}.${name}`;
        const declared = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (declared === undefined) problems.unknownFields.push(inside);
        return declared === undefined || inner === null ? [] : [[name, declared.read(inner, inside, problems)]];
      });
      return Object.fromEntries(entries) as ConfigValues<F>;
    },
  };
}

function listOf<T>(item: ConfigField<T>): ConfigField<readonly T[]> {
  return {
    read(value, path, problems) {
      if (Array.isArray(value)) return value.map((inner: unknown, index) => item.read(inner, `${path}[${index}]`, problems));
      problems.invalid.push(`cannot unmarshal ${jsonType(value)} into field ${path} of type array`);
      return [];
    },
  };
}

function mapOf<T>(item: ConfigField<T>): ConfigField<Readonly<Record<string, T>>> {
  return {
    read: (value, path, problems) =>
      Object.fromEntries(entriesOf(value, path, problems).map(([name, inner]) => [name, item.read(inner, `${path}.${name}`, problems)])),
  };
}

function entriesOf(value: unknown, path: string, problems: ConfigProblems): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  problems.invalid.push(`cannot unmarshal ${jsonType(value)} into field ${path} of type object`);
  return [];
}

/** JSON's types as Go's decoder calls them. */
function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : typeof value;
}
