import { FieldErrors } from '../field-errors';
import { FieldPath } from '../field-path';
import { qualifiedName } from '../validation/names';
import { tokenize, type Token } from './label-selector-tokens';
import { requirement, sentenceOf, SelectorError, type Requirement, type RequirementOperator } from './requirement';

const BINARY_OPERATORS: Readonly<Record<string, RequirementOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};
/** In the order in which upstream lists them. */
const EXPECTED_OPERATORS = 'in, notin, =, ==, !=, gt, lt';

/** Reads `a=b,c in (d,e),!f`. @throws SelectorError with upstream's message */
export function parseRequirements(text: string): Requirement[] {
  return new LabelSelectorParser(text).parse();
}

/** Recursive descent over the tokens; `in` and `notin` are plain words wherever a key or a value may stand. */
class LabelSelectorParser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.type === 'end') return requirements;
      if (!isWord(token) && token.type !== '!') throw found(token, ", expected: !, identifier, or 'end of string'");
      requirements.push(this.#requirement());
      const separator = this.#next();
      if (separator.type === 'end') return requirements;
      if (separator.type !== ',') throw found(separator, ", expected: ',' or 'end of string'");
      const next = this.#peek();
      if (!isWord(next) && next.type !== '!') throw found(next, ", expected: identifier after ','");
    }
  }

  #requirement(): Requirement {
    try {
      return this.#keyAndValues();
    } catch (error) {
      if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`, { cause: error });
      throw error;
    }
  }

  #keyAndValues(): Requirement {
    const negated = this.#peek().type === '!';
    if (negated) this.#next();
    const key = this.#next();
    if (!isWord(key)) throw found(key, ', expected: identifier');
    checkKey(key.text);
    const after = this.#peek();
    // After `!key` only an end may follow; anything else is read as an operator, and refused where it is none.
    if (after.type === 'end' || after.type === ',') return requirement(key.text, negated ? '!' : 'exists', []);
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#valueSet() : [this.#exactValue()];
    return requirement(key.text, operator, [...new Set(values)].sort());
  }

  #operator(): RequirementOperator {
    const token = this.#next();
    const operator = BINARY_OPERATORS[token.type];
    if (operator === undefined) throw found(token, `, expected: ${EXPECTED_OPERATORS}`);
    return operator;
  }

  /** `(a,b)`; an empty place between commas or parentheses is the empty value. */
  #valueSet(): string[] {
    const open = this.#next();
    if (open.type !== '(') throw found(open, " expected: '('");
    const first = this.#peek();
    if (first.type !== ')' && first.type !== ',' && !isWord(first)) throw found(first, ", expected: ',', ')' or identifier");
    const values: string[] = [];
    for (;;) {
      const isPresent = isWord(this.#peek());
      values.push(isPresent ? this.#next().text : '');
      const separator = this.#next();
      if (separator.type === ')') return values;
      if (separator.type !== ',') throw found(separator, isPresent ? ", expected: ',' or ')'" : ", expected: ',', or identifier");
    }
  }

  #exactValue(): string {
    const ahead = this.#peek();
    if (ahead.type === 'end' || ahead.type === ',') return '';
    const token = this.#next();
    if (!isWord(token)) throw found(token, ', expected: identifier');
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? END;
  }

  #next(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }
}

const END: Token = { type: 'end', text: '' };

const isWord = ({ type }: Token): boolean => type === 'word' || type === 'in' || type === 'notin';

const found = (token: Token, expected: string): SelectorError => new SelectorError(`found '${token.text}'${expected}`);

function checkKey(key: string): void {
  const problems = qualifiedName(key);
  if (problems.length === 0) return;
  const errors = new FieldErrors();
  errors.invalid(FieldPath.root, key, problems.join('; '));
  throw new SelectorError(sentenceOf(errors));
}
