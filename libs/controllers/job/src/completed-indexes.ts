/** Reads `1,3-5`, as in `status.completedIndexes`; what is not below `completions` is left out. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',').filter((each) => each !== '')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let index = first; index <= Math.min(last, completions - 1); index += 1) indexes.add(index);
  }
  return indexes;
}

/** Writes indexes in order, three and more in a row as `3-5`, two as `3,4`. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const runs: [first: number, last: number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([first, last]) => (first === last ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`))
    .join(',');
}

/** The lowest `count` of the indexes below `completions` that are not `taken`. */
export function firstPendingIndexes(count: number, completions: number, taken: ReadonlySet<number>): number[] {
  const pending: number[] = [];
  for (let index = 0; index < completions && pending.length < count; index += 1) if (!taken.has(index)) pending.push(index);
  return pending;
}
