import { CannotTell } from './script';

/** Lowest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** An operator, a parenthesis or a number; blanks before it don't count. */
const TOKEN = /\s*(==|!=|<=|>=|[-+*/%<>()]|\d+)/y;

/** The value of an expression of whole numbers with the shell's own operators; a comparison is 1 or 0. @throws CannotTell for what is none, and for a division by zero */
export function calculate(expression: string): number {
  const tokens = tokensOf(expression);
  const value = level(tokens, 0);
  if (tokens.length > 0) throw new CannotTell(`${JSON.stringify(expression)} is not arithmetic`);
  return value;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  const text = expression.trimEnd();
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new CannotTell(`${JSON.stringify(expression)} is not arithmetic`);
    tokens.push(token);
  }
  return tokens;
}

function level(tokens: string[], depth: number): number {
  const operators = LEVELS[depth];
  if (operators === undefined) return operand(tokens);
  let value = level(tokens, depth + 1);
  while (operators.includes(tokens[0] ?? '')) value = apply(tokens.shift() ?? '', value, level(tokens, depth + 1));
  return value;
}

function operand(tokens: string[]): number {
  const token = tokens.shift() ?? '';
  if (token === '-') return -operand(tokens);
  if (token === '+') return operand(tokens);
  if (/^\d/.test(token)) return Number(token);
  const value = token === '(' ? level(tokens, 0) : Number.NaN;
  if (token !== '(' || tokens.shift() !== ')') throw new CannotTell(`arithmetic with ${JSON.stringify(token)} where a number should be`);
  return value;
}

function apply(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
    case '%':
      if (right === 0) throw new CannotTell('a division by zero');
      return operator === '/' ? Math.trunc(left / right) : left % right;
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case '!=':
      return Number(left !== right);
    default:
      return Number(left === right);
  }
}
