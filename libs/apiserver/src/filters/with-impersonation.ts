import { StatusError } from '@keelson/apimachinery';
import type { AuthorizationAttributes, Authorizer } from '../authorization/authorizer';
import type { ApiRequest, User } from '../http/api-request';
import type { Filter } from './filter';
import { forbidden } from './with-authorization';

const EXTRA_HEADER = 'impersonate-extra-';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * Lets a user act as another (`kubectl --as`), if the authorizer allows every part of it.
 * Expects `request.user`; passes the request on with the impersonated user and without the headers.
 * @throws StatusError Forbidden (403); BadRequest (400) for groups or extras without a user
 */
export function withImpersonation(authorizer: Authorizer): Filter {
  return async (request, next) => {
    const wanted = impersonationOf(request);
    if (wanted === undefined) return next(request);
    for (const attributes of wanted.checks) {
      const decision = await authorizer.authorize(request.user, attributes);
      if (decision.verdict !== 'allow') throw forbidden(request.user, attributes, decision.reason);
    }
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith('impersonate-')));
    return next({ ...request, headers, user: wanted.user });
  };
}

function impersonationOf(request: ApiRequest): { user: User; checks: readonly AuthorizationAttributes[] } | undefined {
  const [name] = values(request, 'impersonate-user');
  const groups = values(request, 'impersonate-group');
  const [uid] = values(request, 'impersonate-uid');
  const extra = extrasOf(request);
  if (name === undefined) {
    if (groups.length > 0 || uid !== undefined || Object.keys(extra).length > 0)
      throw StatusError.badRequest('requested impersonation of groups, uid or extra without impersonating a user');
    return undefined;
  }
  const account = SERVICE_ACCOUNT.exec(name);
  const checks = [
    account === null ? check('', 'users', name) : { ...check('', 'serviceaccounts', account[2] ?? ''), namespace: account[1] ?? '' },
    ...groups.map((group) => check('', 'groups', group)),
    ...(uid === undefined ? [] : [check('authentication.k8s.io', 'uids', uid)]),
    ...Object.entries(extra).flatMap(([key, entries]) =>
      entries.map((entry) => ({ ...check('authentication.k8s.io', 'userextras', entry), subresource: key })),
    ),
  ];
  return { user: { name, uid, groups: completeGroups(name, groups, account?.[1]), extra }, checks };
}

/** As upstream: a service account is in its own groups if none were named, and everyone but anonymous is authenticated. */
function completeGroups(name: string, groups: readonly string[], accountNamespace: string | undefined): readonly string[] {
  const own =
    groups.length === 0 && accountNamespace !== undefined
      ? ['system:serviceaccounts', `system:serviceaccounts:${accountNamespace}`]
      : groups;
  const everyone = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return own.includes('system:authenticated') || own.includes('system:unauthenticated') ? own : [...own, everyone];
}

function extrasOf({ headers }: ApiRequest): Record<string, readonly string[]> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(EXTRA_HEADER));
  return Object.fromEntries(entries.map(([name, value]) => [decodeURIComponent(name.slice(EXTRA_HEADER.length)), [value ?? []].flat()]));
}

function values({ headers }: ApiRequest, name: string): readonly string[] {
  return [headers[name] ?? []].flat().filter((value) => value !== '');
}

function check(apiGroup: string, resource: string, name: string): AuthorizationAttributes {
  return {
    isResourceRequest: true,
    path: '',
    verb: 'impersonate',
    apiGroup,
    apiVersion: 'v1',
    namespace: '',
    resource,
    subresource: '',
    name,
    labelSelector: '',
    fieldSelector: '',
  };
}
