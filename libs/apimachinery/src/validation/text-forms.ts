import type { Problems } from './names';
import { EMPTY, notInRange, tooLong, wrongForm } from './sentences';

/** The forms of texts that are no object names; see `names.ts`. */

const PERCENT_FORM = '[0-9]+%';
const HEADER_FORM = '[-A-Za-z0-9]+';
const CONFIG_KEY_FORM = '[-._a-zA-Z0-9]+';
const MAX_CONFIG_KEY = 253;
const MAX_ID = 2 ** 31 - 1;

export function percent(value: string): Problems {
  if (new RegExp(`^${PERCENT_FORM}$`).test(value)) return [];
  return [wrongForm("a valid percent string must be a numeric string followed by an ending '%'", PERCENT_FORM, '1%', '93%')];
}

export function httpHeaderName(value: string): Problems {
  if (new RegExp(`^${HEADER_FORM}$`).test(value)) return [];
  return [wrongForm("a valid HTTP header must consist of alphanumeric characters or '-'", HEADER_FORM, 'X-Header-Name')];
}

/** KEP-4369: any printable ASCII but `=`. */
export function relaxedEnvVarName(value: string): Problems {
  if (value === '') return [`environment variable name ${EMPTY}`];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(value)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** A key of a ConfigMap or a Secret, which may become a file's name. */
export function configMapKey(value: string): Problems {
  const sentence = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  return [
    ...(value.length > MAX_CONFIG_KEY ? [tooLong(MAX_CONFIG_KEY)] : []),
    ...(new RegExp(`^${CONFIG_KEY_FORM}$`).test(value) ? [] : [wrongForm(sentence, CONFIG_KEY_FORM, 'key.name', 'KEY_NAME', 'key-name')]),
    ...relativeName(value),
  ];
}

function relativeName(value: string): Problems {
  if (value === '.' || value === '..') return [`must not be '${value}'`];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

/** A user or group id of Linux. */
export function unixId(value: number): Problems {
  return value >= 0 && value <= MAX_ID ? [] : [notInRange(0, MAX_ID)];
}
