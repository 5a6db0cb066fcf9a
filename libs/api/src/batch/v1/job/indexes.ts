interface Problem {
  readonly problem: string;
}

interface Interval {
  readonly first: number;
  readonly last: number;
}

/**
 * Counts the completion indexes of a text such as `1,3-5,7`; all are below `completions`, and each is above the one before.
 * @returns their number, or what is wrong with the text, in upstream's words
 */
export function countIndexes(text: string, completions: number): number | Problem {
  if (text === '') return 0;
  let total = 0;
  let previous: number | undefined;
  for (const part of text.split(',')) {
    const interval = readInterval(part, completions);
    if ('problem' in interval) return interval;
    const { first, last } = interval;
    if (previous !== undefined && previous >= first) return notIncreasing(previous, first);
    total += last - first + 1;
    previous = last;
  }
  return total;
}

function readInterval(text: string, completions: number): Interval | Problem {
  const [from = '', to, ...more] = text.split('-');
  if (more.length > 0)
    return {
      problem: `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    };
  const first = readIndex(from, completions);
  if (typeof first !== 'number') return first;
  if (to === undefined) return { first, last: first };
  const last = readIndex(to, completions);
  if (typeof last !== 'number') return last;
  return first >= last ? notIncreasing(first, last) : { first, last };
}

function readIndex(text: string, completions: number): number | Problem {
  if (!/^\+?\d+$/.test(text)) return { problem: `cannot convert string to integer for index: ${JSON.stringify(text)}` };
  const index = Number(text);
  return index >= completions ? { problem: `too large index: ${JSON.stringify(text)}` } : index;
}

const notIncreasing = (previous: number, current: number): Problem => ({
  problem: `non-increasing order, previous: ${previous}, current: ${current}`,
});
