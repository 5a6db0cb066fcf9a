import { StatusError } from '../status-error';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json';

/** What is wrong with a strategic merge patch, worded and coded as k8s.io/apimachinery/pkg/util/mergepatch and the apiserver do. */

export function badFormat(directive: 'primitive list' | 'retainKeys' | 'setElementOrder list'): StatusError {
  return StatusError.badRequest(`invalid patch format of ${directive}`);
}

export function listsOfLists(): StatusError {
  return StatusError.of('Invalid', 'the server rejected our request due to an error in our request', {});
}

export function unknownDirective(directive: Json, map: JsonObject): StatusError {
  return failure(`unknown patch type: ${typeof directive === 'string' ? directive : JSON.stringify(directive)} in map: ${goText(map)}`);
}

export function noMergeKey(map: JsonObject, mergeKey: string): StatusError {
  return failure(`map: ${goText(map)} does not contain declared merge key: ${mergeKey}`);
}

export function badType(expected: string, actual: Json): StatusError {
  return failure(`expected a ${expected}, but received ${JSON.stringify(actual)}`);
}

/** A value as Go prints it by `%v`: `map[name:web ports:[80 443]]`, names in order. */
export function goText(value: Json): string {
  if (isJsonArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value);
  return `map[${Object.keys(value)
    .sort()
    .map((name) => `${name}:${goText(value[name] ?? null)}`)
    .join(' ')}]`;
}

/** The rest upstream does not classify, and so answers with 500 and no reason. */
export function failure(message: string): StatusError {
  return new StatusError({ message, code: 500 });
}
