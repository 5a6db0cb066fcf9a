/** What generated names are made of: no vowels, so that no words come out; as upstream's `rand.String`. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_NAME_LENGTH = 63;

/** Random numbers in [0, 1), such as `Math.random`. */
export type Random = () => number;

/** A name from `generateName`: the base, cut so that the whole fits a DNS label, and five random characters. */
export function generateName(base: string, random: Random): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
  return base.slice(0, MAX_NAME_LENGTH - SUFFIX_LENGTH) + suffix;
}
