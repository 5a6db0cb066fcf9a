import { FieldErrors, FieldPath, formatTime, StatusError, type DeepReadonly } from '@keelson/apimachinery';
import { serviceaccounts, type Node, type Pod, type ServiceAccount, type TokenRequest } from '@keelson/api';
import type { AdmissionChain } from '../admission/admission-plugin';
import type { TokenIssuer } from '../authentication/service-account-tokens';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { BodyDecoder } from '../endpoints/body-decoder';
import { jsonResponse } from '../endpoints/resource-handlers';
import { changeContextOf } from '../endpoints/write-request';
import type { ApiRequest } from '../http/api-request';
import { ensureNamespace } from '../registry/before-create';
import type { ObjectRegistry } from '../registry/object-registry';
import { admitCreate } from './admit-create';
import { readUnstored } from './create-body';
import { tokenLifetime, type TokenLifetimes } from './token-lifetime';

const TOKEN_REQUEST = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const DEFAULT_SECONDS = 3600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;

export interface TokenDeps {
  readonly decoder: BodyDecoder;
  readonly admission: AdmissionChain;
  readonly issuer: TokenIssuer;
  /** The audiences of a token that names none. */
  readonly audiences: readonly string[];
  readonly lifetimes: TokenLifetimes;
  readonly serviceAccounts: ObjectRegistry;
  readonly pods: ObjectRegistry;
  readonly secrets: ObjectRegistry;
  readonly nodes: ObjectRegistry;
}

/** `serviceaccounts/token`: makes a token of an account, bound to what the request names. */
export function tokenSubresource(deps: TokenDeps): VirtualResource {
  return {
    create: async (request: ApiRequest) => {
      const review = await readUnstored<TokenRequest>(request, deps.decoder, TOKEN_REQUEST);
      const { name, namespace } = request.info;
      ensureNamespace(review, namespace);
      const { metadata } = (await deps.serviceAccounts.get({ namespace, name })).object as DeepReadonly<ServiceAccount>;
      await admitCreate(review, { resource: serviceaccounts, kind: TOKEN_REQUEST }, changeContextOf(request, deps.admission));
      const requested = review.spec.expirationSeconds ?? DEFAULT_SECONDS;
      validate(review, name, requested);
      const bound = await findBound(deps, review, { namespace, account: name });
      const audiences = (review.spec.audiences ?? []).length > 0 ? (review.spec.audiences ?? []) : deps.audiences;
      const lifetime = tokenLifetime(deps.lifetimes, {
        seconds: requested,
        isPods: bound.pod !== undefined,
        isForServer: audiences.every((audience) => deps.audiences.includes(audience)),
      });
      const { statedSeconds } = lifetime;
      if (statedSeconds < requested)
        request.warnings.add(`requested expiration of ${requested} seconds shortened to ${statedSeconds} seconds`);
      const { issued, token } = await deps.issuer.issue({ namespace, account: { name, uid: metadata.uid }, ...bound }, audiences, lifetime);
      return jsonResponse(201, {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { name, namespace, uid: metadata.uid, creationTimestamp: formatTime(issued) },
        spec: { ...review.spec, audiences, expirationSeconds: statedSeconds, boundObjectRef: review.spec.boundObjectRef ?? null },
        status: { token, expirationTimestamp: formatTime(issued + statedSeconds * 1000) },
      });
    },
  };
}

function validate({ metadata }: { readonly metadata: { readonly name?: string } }, account: string, seconds: number): void {
  const named = metadata.name ?? '';
  if (named !== '' && named !== account) {
    const errors = new FieldErrors();
    errors.invalid(FieldPath.of('metadata', 'name'), named, 'must match the service account name if specified');
    throw StatusError.invalid(TOKEN_REQUEST, account, errors);
  }
  const path = FieldPath.of('spec', 'expirationSeconds');
  const errors = new FieldErrors();
  if (seconds < LEAST_SECONDS) errors.invalid(path, seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > MOST_SECONDS) errors.invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds');
  if (!errors.isEmpty) throw StatusError.invalid(TOKEN_REQUEST, named, errors);
}

interface Bound {
  readonly pod?: { name: string; uid: string };
  readonly node?: { name: string; uid: string };
  readonly secret?: { name: string; uid: string };
}

/** @throws StatusError NotFound, Conflict (another uid), BadRequest (another kind, or a pod of another account) */
async function findBound(
  deps: TokenDeps,
  { spec }: TokenRequest,
  { account, namespace }: { namespace: string; account: string },
): Promise<Bound> {
  const reference = spec.boundObjectRef;
  if (reference === undefined) return {};
  const { apiVersion = 'v1', kind = '', name = '', uid } = reference;
  const check = (object: { readonly metadata: { readonly uid: string } }): { name: string; uid: string } => {
    if (uid !== undefined && uid !== '' && uid !== object.metadata.uid)
      throw StatusError.conflict(
        { group: '', resource: kind },
        name,
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    return { name, uid: object.metadata.uid };
  };
  if (apiVersion === 'v1' && kind === 'Pod') {
    const pod = (await deps.pods.get({ namespace, name })).object as DeepReadonly<Pod>;
    if (pod.spec.serviceAccountName !== account)
      throw StatusError.badRequest(
        `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
      );
    const node = deps.nodes.peek({ name: pod.spec.nodeName ?? '' })?.object as DeepReadonly<Node> | undefined;
    return { pod: check(pod), ...(node === undefined ? {} : { node: { name: node.metadata.name, uid: node.metadata.uid } }) };
  }
  if (apiVersion === 'v1' && kind === 'Secret') return { secret: check((await deps.secrets.get({ namespace, name })).object) };
  if (apiVersion === 'v1' && kind === 'Node') return { node: check((await deps.nodes.get({ name })).object) };
  throw StatusError.badRequest(`cannot bind token to object of type ${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`);
}
