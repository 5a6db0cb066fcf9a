/** A `Warning` header's value as kubectl reads it: code 299, an unnamed agent, the text quoted; RFC 7234 section 5.5. */
export function warningHeader(sentence: string): string {
  const printable = sentence.replace(/\p{Cc}/gu, ' ');
  return `299 - "${printable.replace(/[\\"]/g, (character) => `\\${character}`)}"`;
}
