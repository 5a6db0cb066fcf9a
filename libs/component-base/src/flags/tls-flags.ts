import { TLS_CIPHER_SUITE_NAMES, TLS_VERSION_NAMES, tlsPolicy } from '../http/tls-policy';
import { flagOf, flagWithZero, type FlagFacts, type Flag } from './flag';
import { splitCommaSeparated } from './comma-separated';

const minVersion = flagOf<string>({
  name: 'string',
  parse(text) {
    tlsPolicy({ minVersion: text, cipherSuites: [] });
    return text;
  },
  format: (value) => value,
});

const cipherSuites = flagWithZero<readonly string[]>(
  {
    name: 'strings',
    parse(text) {
      const names = splitCommaSeparated(text);
      tlsPolicy({ minVersion: '', cipherSuites: names });
      return names;
    },
    format: (value) => value.join(','),
    join: (earlier, later) => [...earlier, ...later],
  },
  [],
);

/** `--tls-min-version` and `--tls-cipher-suites`; a name that is unknown is refused in upstream's words. */
export function tlsFlags(facts: Pick<FlagFacts, 'section' | 'deprecated'>): {
  readonly 'tls-min-version': Flag<string>;
  readonly 'tls-cipher-suites': Flag<readonly string[]>;
} {
  return {
    'tls-min-version': minVersion({
      ...facts,
      usage: `The oldest TLS version that clients may speak, TLS 1.2 if not given: ${TLS_VERSION_NAMES.join(', ')}`,
      default: '',
    }),
    'tls-cipher-suites': cipherSuites({
      ...facts,
      usage: `The cipher suites that clients may choose from below TLS 1.3: ${TLS_CIPHER_SUITE_NAMES.join(', ')}`,
    }),
  };
}
