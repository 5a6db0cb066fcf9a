import { SelectorError } from './requirement';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** What an object's selectable fields hold; an absent field counts as the empty string. */
export type FieldValues = (field: string) => string | undefined;

/** A field selector such as `spec.nodeName=n1,status.phase!=Failed`; immutable. */
export class FieldMatcher {
  readonly requirements: readonly FieldRequirement[];

  private constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  static readonly everything = new FieldMatcher([]);

  /**
   * Reads the syntax of a query string; a backslash takes `,`, `=` and itself literally.
   * @throws SelectorError with upstream's message (k8s.io/apimachinery/pkg/fields)
   */
  static parse(text: string): FieldMatcher {
    const terms = splitTerms(text)
      .filter((term) => term !== '')
      .sort();
    return new FieldMatcher(terms.map((term) => parseTerm(term, text)));
  }

  static ofSet(fields: Readonly<Record<string, string>>): FieldMatcher {
    return new FieldMatcher(Object.entries(fields).map(([field, value]) => ({ field, operator: '=', value })));
  }

  get isEverything(): boolean {
    return this.requirements.length === 0;
  }

  matches(values: FieldValues): boolean {
    for (const { field, operator, value } of this.requirements) if (((values(field) ?? '') === value) !== (operator === '=')) return false;
    return true;
  }

  /** The value that `field` must have to match; undefined if it is not tied to one. */
  exactMatch(field: string): string | undefined {
    return this.requirements.find((term) => term.field === field && term.operator === '=')?.value;
  }

  toString(): string {
    return this.requirements.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(',');
  }
}

export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

/** Splits at commas that no backslash precedes; the backslashes stay. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let term = '';
  for (let position = 0; position < text.length; position++) {
    const character = text.charAt(position);
    if (character === '\\') term += character + text.charAt(++position);
    else if (character === ',') {
      terms.push(term);
      term = '';
    } else term += character;
  }
  return [...terms, term];
}

function parseTerm(term: string, whole: string): FieldRequirement {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) throw new SelectorError(`invalid selector: '${whole}'; can't understand '${term}'`);
  const [, field = '', operator = '', value = ''] = match;
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeFieldValue(value) };
}

function unescapeFieldValue(text: string): string {
  return text.replace(/\\(.?)|[,=]/gsu, (sequence, escaped: string | undefined) => {
    // Upstream prints the character's code point here.
    if (escaped === undefined)
      throw new SelectorError(`invalid field selector: unescaped character in value: ${sequence.codePointAt(0) ?? 0}`);
    if (!['\\', ',', '='].includes(escaped)) throw new SelectorError(`invalid field selector: invalid escape sequence: ${sequence}`);
    return escaped;
  });
}
