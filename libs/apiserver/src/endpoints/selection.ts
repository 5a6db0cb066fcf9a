import { FieldMatcher, LabelMatcher, SelectorError, StatusError, type FieldRequirement } from '@keelson/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object';
import type { WatchScope } from '../watch-cache/watcher-index';
import type { FieldLabels } from './field-labels';

/** Which of a resource's objects a request is about. */
export interface Selection {
  /** Undefined for all namespaces; `''` for cluster-scoped resources. */
  readonly namespace: string | undefined;
  /** Undefined when everything in scope matches: then nobody needs to look. */
  readonly matches: ((object: CachedObject) => boolean) | undefined;
  /** Whether nothing is selected by: all objects of the namespace, or of all namespaces. */
  readonly isWhole: boolean;
  readonly scope: WatchScope;
}

interface SelectionInput {
  readonly namespaced: boolean;
  readonly namespace: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly fieldLabels: FieldLabels;
}

/** Compiles the selectors of a request. @throws StatusError BadRequest for a malformed selector or a field that can't be selected by */
export function compileSelection({ fieldLabels, fieldSelector, labelSelector, namespace, namespaced }: SelectionInput): Selection {
  const fields = parsed(() => FieldMatcher.parse(fieldSelector).requirements).map((requirement) => toStored(requirement, fieldLabels));
  const equal = (name: string): string | undefined => fields.find(({ field, operator }) => field === name && operator === '=')?.value;
  const inNamespace = namespaced ? (namespace === '' ? equal('metadata.namespace') : namespace) : '';
  const name = equal('metadata.name');
  const indexed = fields.find(({ field, operator }) => operator === '=' && !field.startsWith('metadata.'));
  const tests = fields.map(fieldTest);
  if (labelSelector !== '') {
    const selector = parsed(() => LabelMatcher.parse(labelSelector));
    tests.push(({ selection }) => selector.matches(selection.labels));
  }
  return {
    namespace: inNamespace,
    matches: allOf(inNamespace === undefined ? tests : [...tests, (object) => object.namespace === inNamespace]),
    isWhole: tests.length === 0,
    scope: { namespace: inNamespace, name, field: indexed === undefined ? undefined : { name: indexed.field, value: indexed.value } },
  };
}

/** @throws StatusError BadRequest for a field that can't be selected by */
function toStored({ field, ...rest }: FieldRequirement, labels: FieldLabels): FieldRequirement {
  const stored = labels.stored(field);
  if (stored === undefined) throw StatusError.badRequest(labels.problem(field));
  return { ...rest, field: stored };
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
