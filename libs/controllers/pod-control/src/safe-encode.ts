/** Letters and digits that make no words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Decimal digits as characters that make no words, one for each; upstream's `rand.SafeEncodeString`. */
export function safeEncode(digits: string): string {
  return Array.from(digits, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}
