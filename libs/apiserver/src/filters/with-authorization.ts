import { StatusError } from '@keelson/apimachinery';
import type { AuthorizationAttributes, Authorizer } from '../authorization/authorizer';
import type { User } from '../http/api-request';
import type { Filter } from './filter';

/**
 * Lets a request pass only if the authorizer allows it. Expects `request.user` and `request.info` to be set.
 * @throws StatusError Forbidden (403), in the sentence that kubectl shows its user
 */
export function withAuthorization(authorizer: Authorizer): Filter {
  return async (request, next) => {
    const decision = await authorizer.authorize(request.user, request.info);
    if (decision.verdict !== 'allow') throw forbidden(request.user, request.info, decision.reason);
    return next(request);
  };
}

/** `pods "web" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "default"`, as upstream words it. */
export function forbidden(user: User, attributes: AuthorizationAttributes, reason: string): StatusError {
  const { apiGroup, isResourceRequest, name, namespace, path, resource, subresource, verb } = attributes;
  const because = reason === '' ? '' : `: ${reason}`;
  if (!isResourceRequest)
    return StatusError.forbidden(
      { group: '', resource: '' },
      '',
      `User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${because}`,
    );
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const sentence = `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(apiGroup)} ${where}`;
  return StatusError.forbidden({ group: apiGroup, resource }, name, sentence + because);
}
