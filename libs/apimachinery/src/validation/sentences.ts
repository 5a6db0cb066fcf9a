/** The sentences that checks share, worded as k8s.io/apimachinery/pkg/util/validation words them. */

export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const FIELD_IS_IMMUTABLE = 'field is immutable';
export const EMPTY = 'must be non-empty';

export function tooLong(length: number): string {
  return `must be no more than ${length} characters`;
}

/** Of label keys and values, which upstream measures by another sentence. */
export function tooManyBytes(length: number): string {
  return `must be no more than ${length} bytes`;
}

export function notInRange(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

export function wrongForm(sentence: string, form: string, ...examples: readonly string[]): string {
  const regex = `regex used for validation is '${form}'`;
  if (examples.length === 0) return `${sentence} (${regex})`;
  return `${sentence} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}${regex})`;
}
