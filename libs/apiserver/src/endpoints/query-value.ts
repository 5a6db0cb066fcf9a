import { StatusError } from '@keelson/apimachinery';

const INT64_MAX = 2n ** 63n - 1n;

/** The query's parameter as a number; undefined if it is not there. @throws StatusError BadRequest for anything but an int64, also for an empty value */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw StatusError.badRequest(parseProblem(text, 'invalid syntax'));
  const value = BigInt(text.replace('+', ''));
  if (value > INT64_MAX || value < -INT64_MAX - 1n) throw StatusError.badRequest(parseProblem(text, 'value out of range'));
  return Number(value);
}

const parseProblem = (text: string, what: string): string => `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${what}`;
