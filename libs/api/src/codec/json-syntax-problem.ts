import { DecodeError } from './decode-context';
import { JsonScanner } from './json-scanner';

/** Why `text` is no JSON, in the words of Go's decoder. */
export function jsonSyntaxProblem(text: string): string {
  try {
    new JsonScanner(text).duplicates();
    return 'invalid JSON';
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}
