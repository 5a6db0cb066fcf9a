import { dns1123Label, dns1123Subdomain, type FieldErrors, type FieldPath } from '@keelson/apimachinery';

const MAX_DOMAIN = 253;
/** A path holds a namespace and a name: a label, a dot and a subdomain. */
const MAX_NAME = MAX_DOMAIN + 63 + 1 + 253 + 1;

/** `example.com/signer`: a domain of two labels at least, and a path (pkg/apis/core/validation `ValidateSignerName`). */
export function validateSignerName(name: string, path: FieldPath, errors: FieldErrors): void {
  if (name === '') return errors.required(path);
  const [domain = '', rest, ...more] = name.split('/');
  if (rest === undefined || more.length > 0)
    return errors.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  if (domain.length > MAX_DOMAIN) errors.tooLong(path, MAX_DOMAIN);
  validateParts(domain, dns1123Label, path, errors);
  if (!domain.includes('.')) errors.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  validateParts(rest, dns1123Subdomain, path, errors);
  if (name.length > MAX_NAME) errors.tooLong(path, MAX_NAME);
}

/** Reports the first part that is wrong: the next one is likely wrong in the same way. */
function validateParts(text: string, rule: (part: string) => readonly string[], path: FieldPath, errors: FieldErrors): void {
  const wrong = text.split('.').find((part) => rule(part).length > 0);
  if (wrong === undefined) return;
  for (const problem of rule(wrong)) errors.invalid(path, text, `validating label ${JSON.stringify(wrong)}: ${problem}`);
}
