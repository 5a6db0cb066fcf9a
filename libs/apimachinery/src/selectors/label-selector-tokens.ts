export type TokenType = 'word' | 'end' | 'in' | 'notin' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<';

export interface Token {
  readonly type: TokenType;
  readonly text: string;
}

/** Longest first, so that `==` is not read as two. */
const SYMBOLS = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'] as const;

/** A run of anything that is neither space nor symbol. */
const WORD = /[^\s=!(),<>]+/y;
const SPACE = /\s*/y;

/** Splits a label selector; the last token is always `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let position = skip(SPACE, text, 0); position < text.length; position = skip(SPACE, text, position)) {
    const token = symbolAt(text, position) ?? wordAt(text, position);
    tokens.push(token);
    position += token.text.length;
  }
  return [...tokens, { type: 'end', text: '' }];
}

function symbolAt(text: string, position: number): Token | undefined {
  const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, position));
  return symbol === undefined ? undefined : { type: symbol, text: symbol };
}

function wordAt(text: string, position: number): Token {
  const word = text.slice(position, skip(WORD, text, position));
  return { type: word === 'in' || word === 'notin' ? word : 'word', text: word };
}

/** @returns where the match of a sticky expression at `position` ends */
function skip(expression: RegExp, text: string, position: number): number {
  expression.lastIndex = position;
  return expression.test(text) ? expression.lastIndex : position;
}
