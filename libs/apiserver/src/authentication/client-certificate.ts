import { StatusError } from '@keelson/apimachinery';
import type { Authenticator } from './authenticator';

/** Takes the user from a client certificate: its common name, and an organization for each group. */
export const clientCertificateAuthenticator: Authenticator = {
  authenticate({ clientCertificate }) {
    if (clientCertificate === undefined) return Promise.resolve(undefined);
    if ('problem' in clientCertificate) return Promise.reject(StatusError.unauthorized());
    const { commonName, organizations } = clientCertificate;
    return Promise.resolve({ name: commonName, groups: withAuthenticated(organizations) });
  },
};

/** Everyone whose identity is known is in this group. */
export function withAuthenticated(groups: readonly string[]): readonly string[] {
  return groups.includes('system:authenticated') ? groups : [...groups, 'system:authenticated'];
}
