import { EMPTY, notInRange, tooLong, tooManyBytes, wrongForm } from './sentences';

/**
 * The forms of names. Each function returns what is wrong with a text as sentences, none if it is well-formed; wording and limits are
 * those of k8s.io/apimachinery/pkg/util/validation.
 */

/** What is wrong; empty if nothing is. */
export type Problems = readonly string[];

const FINE: Problems = [];

const LABEL_FORM = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_FORM = `${LABEL_FORM}(\\.${LABEL_FORM})*`;
const UNDERSCORED_LABEL_FORM = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const UNDERSCORED_FORM = `${UNDERSCORED_LABEL_FORM}(\\.${UNDERSCORED_LABEL_FORM})*`;
const DNS_1035_FORM = '[a-z]([-a-z0-9]*[a-z0-9])?';
const WILDCARD_FORM = `\\*\\.${SUBDOMAIN_FORM}`;
const QUALIFIED_FORM = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE_FORM = `(${QUALIFIED_FORM})?`;

const whole = (form: string): RegExp => new RegExp(`^${form}$`);
const LABEL = whole(LABEL_FORM);
const SUBDOMAIN = whole(SUBDOMAIN_FORM);
const UNDERSCORED = whole(UNDERSCORED_FORM);
const DNS_1035 = whole(DNS_1035_FORM);
const WILDCARD = whole(WILDCARD_FORM);
const QUALIFIED = whole(QUALIFIED_FORM);
const LABEL_VALUE = whole(LABEL_VALUE_FORM);

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

const QUALIFIED_SENTENCE = wrongForm(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED_FORM,
  'MyName',
  'my.name',
  '123-abc',
);

export function dns1123Label(value: string): Problems {
  const long = value.length > MAX_LABEL ? [tooLong(MAX_LABEL)] : FINE;
  if (LABEL.test(value)) return long;
  if (SUBDOMAIN.test(value)) return [...long, 'must not contain dots'];
  const sentence =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...long, wrongForm(sentence, LABEL_FORM, 'my-name', '123-abc')];
}

export function dns1123Subdomain(value: string): Problems {
  return subdomain(value, tooLong);
}

function subdomain(value: string, long: (length: number) => string): Problems {
  const problems = value.length > MAX_SUBDOMAIN ? [long(MAX_SUBDOMAIN)] : FINE;
  if (SUBDOMAIN.test(value)) return problems;
  const sentence =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...problems, wrongForm(sentence, SUBDOMAIN_FORM, 'example.com')];
}

/** As {@link dns1123Subdomain}, with underscores: a search path of DNS may have them (KEP-4427). */
export function dns1123SubdomainWithUnderscore(value: string): Problems {
  const long = value.length > MAX_SUBDOMAIN ? [tooLong(MAX_SUBDOMAIN)] : FINE;
  if (UNDERSCORED.test(value)) return long;
  const sentence =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
  return [...long, wrongForm(sentence, UNDERSCORED_FORM, 'example.com')];
}

export function dns1035Label(value: string): Problems {
  const long = value.length > MAX_LABEL ? [tooLong(MAX_LABEL)] : FINE;
  if (DNS_1035.test(value)) return long;
  const sentence =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...long, wrongForm(sentence, DNS_1035_FORM, 'my-name', 'abc-123')];
}

export function wildcardDns1123Subdomain(value: string): Problems {
  const long = value.length > MAX_SUBDOMAIN ? [tooLong(MAX_SUBDOMAIN)] : FINE;
  if (WILDCARD.test(value)) return long;
  const sentence =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...long, wrongForm(sentence, WILDCARD_FORM, '*.example.com')];
}

/** A label key, an annotation key in lower case, a finalizer, a resource name: `[prefix/]name`. */
export function qualifiedName(value: string): Problems {
  const parts = value.split('/');
  if (parts.length > 2)
    return [`a valid label key ${QUALIFIED_SENTENCE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts.at(-1) ?? '';
  const problems = parts.length === 2 ? prefixProblems(parts[0] ?? '') : [];
  if (name === '') problems.push(`name part ${EMPTY}`);
  else if (name.length > MAX_LABEL) problems.push(`name part ${tooManyBytes(MAX_LABEL)}`);
  if (!QUALIFIED.test(name)) problems.push(`name part ${QUALIFIED_SENTENCE}`);
  return problems;
}

function prefixProblems(prefix: string): string[] {
  return (prefix === '' ? [EMPTY] : subdomain(prefix, tooManyBytes)).map((problem) => `prefix part ${problem}`);
}

export function labelValue(value: string): Problems {
  const long = value.length > MAX_LABEL ? [tooManyBytes(MAX_LABEL)] : FINE;
  if (LABEL_VALUE.test(value)) return long;
  const sentence =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...long, wrongForm(sentence, LABEL_VALUE_FORM, 'MyValue', 'my_value', '12345')];
}

/** A text that stands alone between two slashes of a URL or a key. */
export function pathSegmentName(value: string): Problems {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((character) => value.includes(character)).map((character) => `may not contain '${character}'`);
}

/** The rule for `metadata.name` of a kind; with `prefix`, for `generateName`, to which characters will be added. */
export type NameRule = (name: string, prefix: boolean) => Problems;

const asPrefix =
  (rule: (name: string) => Problems): NameRule =>
  (name, prefix) =>
    rule(prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);

export const nameIsDnsSubdomain: NameRule = asPrefix(dns1123Subdomain);
export const nameIsDnsLabel: NameRule = asPrefix(dns1123Label);
export const nameIsPathSegment: NameRule = (name, prefix) =>
  prefix ? pathSegmentName(name).filter((problem) => problem.startsWith('may not contain')) : pathSegmentName(name);

export function inRange(value: number, low: number, high: number): Problems {
  return value >= low && value <= high ? FINE : [notInRange(low, high)];
}

export function portNumber(value: number): Problems {
  return inRange(value, 1, 65535);
}

/** An IANA service name, such as a container port's. */
export function portName(value: string): Problems {
  const problems: string[] = [];
  if (value.length > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(value)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}
