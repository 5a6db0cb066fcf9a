import { addProblems, dns1123Subdomain, type FieldErrors, type FieldPath } from '@keelson/apimachinery';

const PATH_FORM = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** The name of something that a vendor's program does: a domain, a slash and a path, such as `acme.io/foo`. */
export function validateDomainPrefixedPath(text: string, path: FieldPath, errors: FieldErrors): void {
  if (text === '') return errors.required(path);
  const slash = text.indexOf('/');
  const [host, rest] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  if (host === '' || rest === '') return errors.invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")');
  addProblems(dns1123Subdomain(host), host, path, errors);
  if (!new RegExp(`^${PATH_FORM}$`).test(rest)) errors.invalid(path, rest, `Invalid path (regex used for validation is '${PATH_FORM}')`);
}
