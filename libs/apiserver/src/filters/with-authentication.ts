import { StatusError } from '@keelson/apimachinery';
import { ANONYMOUS, type Authenticator } from '../authentication/authenticator';
import type { Filter } from './filter';

/**
 * Finds out who sent the request and passes it on with `user` set.
 * @throws StatusError Unauthorized (401) for bad credentials, and for none where anonymous requests are not taken
 */
export function withAuthentication(authenticator: Authenticator, options: { readonly anonymous: boolean }): Filter {
  return async (request, next) => {
    const user = (await authenticator.authenticate(request)) ?? (options.anonymous ? ANONYMOUS : undefined);
    if (user === undefined) throw StatusError.unauthorized();
    // Nothing behind this filter needs the credentials, and what is not there can't be logged or passed on to a proxied server.
    const { authorization, ...headers } = request.headers;
    return next({ ...request, headers, user });
  };
}
