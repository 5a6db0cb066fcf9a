/** Names of fields whose values are secrets whatever they look like; `secret` is none of them, it names a Secret object. */
const SECRET_NAME =
  /^(?:.*(?:password|passphrase|client-?secret|bearer|authorization|private-?key|key-?data)|token|(?:id|access|refresh|bearer|bootstrap)-?token)$/i;

/** A private key in PEM, and a JSON web token, wherever they turn up in a text. */
const SECRET_TEXT = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;

const REDACTED = '[redacted]';

/** True if a field of this name must not show its value. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** `text` with whatever looks like a credential taken out. */
export function redactSecrets(text: string): string {
  return text.includes('PRIVATE KEY') || text.includes('eyJ') ? text.replace(SECRET_TEXT, REDACTED) : text;
}

/** What stands in the place of a secret. */
export const redacted = REDACTED;
