import { flag } from './flag-types';
import { tlsFlags } from './tls-flags';

const section = 'Secure serving';

/** Where a daemon serves, and what it shows: upstream's flags, but for `--secure-port`, whose default and meaning are each daemon's own. */
export const secureServingFlags = {
  'bind-address': flag.ip({ section, usage: 'The address to listen on', default: '0.0.0.0' }),
  'cert-dir': flag.string({
    section,
    usage: 'Where a self-signed certificate is kept if none is given',
    default: '/var/run/kubernetes',
  }),
  'tls-cert-file': flag.string({ section, usage: 'The certificate to serve with' }),
  'tls-private-key-file': flag.string({ section, usage: 'Its key' }),
  ...tlsFlags({ section }),
};
