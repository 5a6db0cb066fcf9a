import { FieldMatcher, LabelMatcher, SelectorError, StatusError, type FieldRequirement } from '@keelson/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object';
import type { WatchScope } from '../watch-cache/watcher-index';

/** Which of a resource's objects a request is about. */
export interface Selection {
  /** Undefined for all namespaces; `''` for cluster-scoped resources. */
  readonly namespace: string | undefined;
  /** Undefined when everything in scope matches: then nobody needs to look. */
  readonly matches: ((object: CachedObject) => boolean) | undefined;
  readonly scope: WatchScope;
}

interface SelectionInput {
  readonly namespaced: boolean;
  readonly namespace: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** Beside `metadata.name` and `metadata.namespace`: the name in a request, and that of the stored version. Undefined for none. */
  readonly selectableFields: Readonly<Record<string, string>> | undefined;
}

/** Compiles the selectors of a request. @throws StatusError BadRequest for a malformed selector or a field that can't be selected by */
export function compileSelection({ fieldSelector, labelSelector, namespace, namespaced, selectableFields }: SelectionInput): Selection {
  const fields = parsed(() => FieldMatcher.parse(fieldSelector).requirements).map((requirement) => ({
    ...requirement,
    field: storedField(requirement.field, namespaced, selectableFields),
  }));
  const equal = (name: string): string | undefined => fields.find(({ field, operator }) => field === name && operator === '=')?.value;
  const inNamespace = namespaced ? (namespace === '' ? equal('metadata.namespace') : namespace) : '';
  const name = equal('metadata.name');
  const indexed = fields.find(({ field, operator }) => operator === '=' && field !== 'metadata.name' && field !== 'metadata.namespace');
  const tests = fields.map(fieldTest);
  if (labelSelector !== '') {
    const selector = parsed(() => LabelMatcher.parse(labelSelector));
    tests.push(({ selection }) => selector.matches(selection.labels));
  }
  return {
    namespace: inNamespace,
    matches: allOf(inNamespace === undefined ? tests : [...tests, (object) => object.namespace === inNamespace]),
    scope: { namespace: inNamespace, name, field: indexed === undefined ? undefined : { name: indexed.field, value: indexed.value } },
  };
}

/** A kind that lists its selectable fields lists all of them: `metadata.namespace` too, which a cluster-scoped one leaves out. */
function storedField(field: string, namespaced: boolean, selectable: SelectionInput['selectableFields']): string {
  if (field === 'metadata.name' || (field === 'metadata.namespace' && (namespaced || selectable === undefined))) return field;
  const stored = selectable !== undefined && Object.hasOwn(selectable, field) ? selectable[field] : undefined;
  if (stored !== undefined) return stored;
  throw StatusError.badRequest(
    selectable === undefined
      ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${field}`,
  );
}

type Test = (object: CachedObject) => boolean;

function fieldTest({ field, operator, value }: FieldRequirement): Test {
  const equals = operator === '=';
  if (field === 'metadata.name') return ({ name }) => (name === value) === equals;
  if (field === 'metadata.namespace') return ({ namespace }) => (namespace === value) === equals;
  return ({ selection }) => ((selection.fields[field] ?? '') === value) === equals;
}

function allOf(tests: readonly Test[]): Test | undefined {
  const [first, second] = tests;
  if (first === undefined) return undefined;
  if (second === undefined) return first;
  return (object) => tests.every((test) => test(object));
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorError) throw StatusError.badRequest(error.message, { cause: error });
    throw error;
  }
}
