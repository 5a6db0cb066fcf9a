import type { IncomingMessage } from 'node:http';
import { StatusError } from '@keelson/apimachinery';
import type { Logger, Refusal } from '@keelson/component-base';
import type { AccessReviewer } from './access-reviewer';
import type { RequestAuthenticator } from './request-authenticator';
import type { RequestUser } from './request-user';

/** The apiserver lets its members do everything, so that it need not be asked. */
const PRIVILEGED_GROUP = 'system:masters';

export interface DelegatedAccessDeps {
  readonly authenticator: RequestAuthenticator;
  /** Undefined if nobody can be asked: then only what is always allowed is. */
  readonly reviewer: AccessReviewer | undefined;
  readonly isAlwaysAllowed: (path: string) => boolean;
  readonly log: Logger;
}

/**
 * Who may see what a daemon serves: the apiserver's users, as far as its authorizers let them `get` the path; upstream:
 * k8s.io/apiserver/pkg/server/options, DelegatingAuthenticationOptions and DelegatingAuthorizationOptions.
 */
export class DelegatedAccess {
  readonly #deps: DelegatedAccessDeps;

  constructor(deps: DelegatedAccessDeps) {
    this.#deps = deps;
  }

  /** @returns undefined if the request may pass @throws StatusError, TransportError if the apiserver does not say whether it may */
  async check(request: IncomingMessage): Promise<Refusal | undefined> {
    const user = await this.#authenticate(request);
    if (user === undefined) return refusal(401, StatusError.unauthorized());
    const { isAlwaysAllowed, reviewer } = this.#deps;
    // As it came: a path made simpler could be another than the one that is then served.
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    if (user.groups.includes(PRIVILEGED_GROUP) || isAlwaysAllowed(path)) return undefined;
    const verb = (request.method ?? 'GET').toLowerCase();
    const answer = (await reviewer?.review(user, { nonResourceAttributes: { path, verb } })) ?? { allowed: false, reason: '' };
    if (answer.allowed) return undefined;
    const because = answer.reason === '' ? '' : `: ${answer.reason}`;
    const sentence = `User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${because}`;
    return refusal(403, StatusError.forbidden({ group: '', resource: '' }, '', sentence));
  }

  /** A token that can't be reviewed is as good as a wrong one. */
  async #authenticate(request: IncomingMessage): Promise<RequestUser | undefined> {
    try {
      return await this.#deps.authenticator.authenticate(request);
    } catch (error) {
      this.#deps.log.error('Unable to authenticate the request', { error });
      return undefined;
    }
  }
}

const refusal = (status: Refusal['status'], { status: body }: StatusError): Refusal => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', ...body })}\n`,
});
