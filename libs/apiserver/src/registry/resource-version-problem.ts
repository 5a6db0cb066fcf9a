const UINT64_MAX = 2n ** 64n - 1n;

/** What is wrong with `text` as a resource version, in the words of Go's strconv; undefined if nothing is. */
export function resourceVersionProblem(text: string): string | undefined {
  const problem = !/^\d+$/.test(text) ? 'invalid syntax' : BigInt(text) > UINT64_MAX ? 'value out of range' : undefined;
  return problem === undefined ? undefined : `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${problem}`;
}
