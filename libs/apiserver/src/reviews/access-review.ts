import { FieldErrors, FieldPath, StatusError } from '@keelson/apimachinery';
import type {
  LocalSubjectAccessReview,
  NonResourceAttributes,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewStatus,
} from '@keelson/api';
import type { AuthorizationAttributes, Authorizer, Decision } from '../authorization/authorizer';
import type { RbacAuthorizer } from '../authorization/rbac/rbac-authorizer';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { BodyDecoder } from '../endpoints/body-decoder';
import { jsonResponse } from '../endpoints/resource-handlers';
import type { User } from '../http/api-request';
import { readUnstored } from '../subresources/create-body';

const GROUP = { group: 'authorization.k8s.io', version: 'v1' };

export interface AccessReviewDeps {
  readonly decoder: BodyDecoder;
  readonly authorizer: Authorizer;
  readonly rbac: RbacAuthorizer;
}

/** `subjectaccessreviews` and its namespaced twin: may this user do that? */
export function subjectAccessReviews(
  { authorizer, decoder }: AccessReviewDeps,
  kind: 'SubjectAccessReview' | 'LocalSubjectAccessReview',
): VirtualResource {
  return {
    create: async (request) => {
      const review = await readUnstored<SubjectAccessReview | LocalSubjectAccessReview>(request, decoder, { ...GROUP, kind });
      const { spec } = review;
      validateAttributes(kind, spec, { needsSubject: true });
      if (kind === 'LocalSubjectAccessReview' && spec.resourceAttributes?.namespace !== request.info.namespace)
        throw StatusError.badRequest(`spec.resourceAttributes.namespace must match namespace: ${request.info.namespace}`);
      const user = { name: spec.user ?? '', uid: spec.uid, groups: spec.groups ?? [], extra: spec.extra };
      const status = statusOf(await authorizer.authorize(user, attributesOf(spec)));
      return jsonResponse(201, { ...review, kind, apiVersion: 'authorization.k8s.io/v1', status });
    },
  };
}

/** `selfsubjectaccessreviews`: may I do that? What `kubectl auth can-i` asks. */
export function selfSubjectAccessReviews({ authorizer, decoder }: AccessReviewDeps): VirtualResource {
  const kind = 'SelfSubjectAccessReview';
  return {
    create: async (request) => {
      const review = await readUnstored<SelfSubjectAccessReview>(request, decoder, { ...GROUP, kind });
      validateAttributes(kind, review.spec, { needsSubject: false });
      const status = statusOf(await authorizer.authorize(request.user, attributesOf(review.spec)));
      return jsonResponse(201, { ...review, kind, apiVersion: 'authorization.k8s.io/v1', status });
    },
  };
}

/** `selfsubjectrulesreviews`: what may I do in that namespace? What `kubectl auth can-i --list` asks. */
export function selfSubjectRulesReviews({ decoder, rbac }: AccessReviewDeps): VirtualResource {
  const kind = 'SelfSubjectRulesReview';
  return {
    create: async (request) => {
      const review = await readUnstored<SelfSubjectRulesReview>(request, decoder, { ...GROUP, kind });
      const namespace = review.spec.namespace ?? '';
      if (namespace === '') throw StatusError.badRequest('no namespace on request');
      return jsonResponse(201, {
        ...review,
        kind,
        apiVersion: 'authorization.k8s.io/v1',
        status: rulesStatus(rbac, request.user, namespace),
      });
    },
  };
}

function rulesStatus(rbac: RbacAuthorizer, user: User, namespace: string): object {
  const rules = [...rbac.rulesFor(user, namespace)];
  if (user.groups.includes('system:masters'))
    rules.unshift({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] });
  const resourceRules = rules
    .filter(({ resources }) => (resources ?? []).length > 0)
    .map(({ apiGroups, resourceNames, resources, verbs }) => ({
      verbs,
      apiGroups,
      resources,
      ...(resourceNames === undefined ? {} : { resourceNames }),
    }));
  const nonResourceRules = rules
    .filter(({ nonResourceURLs }) => (nonResourceURLs ?? []).length > 0)
    .map(({ nonResourceURLs, verbs }) => ({ verbs, nonResourceURLs }));
  return { resourceRules, nonResourceRules, incomplete: false };
}

interface Attributes {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
  readonly user?: string;
  readonly groups?: string[];
}

function validateAttributes(kind: string, spec: Attributes, { needsSubject }: { readonly needsSubject: boolean }): void {
  const path = FieldPath.of('spec');
  const errors = new FieldErrors();
  if (spec.resourceAttributes !== undefined && spec.nonResourceAttributes !== undefined)
    errors.invalid(
      path.child('nonResourceAttributes'),
      spec.nonResourceAttributes,
      'cannot be specified in combination with resourceAttributes',
    );
  if (spec.resourceAttributes === undefined && spec.nonResourceAttributes === undefined)
    errors.invalid(
      path.child('resourceAttributes'),
      spec.nonResourceAttributes,
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  if (needsSubject && (spec.user ?? '') === '' && (spec.groups ?? []).length === 0)
    errors.invalid(path.child('user'), spec.user ?? '', 'at least one of user or group must be specified');
  if (!errors.isEmpty) throw StatusError.invalid({ group: GROUP.group, kind }, '', errors);
}

function attributesOf({ nonResourceAttributes, resourceAttributes }: Attributes): AuthorizationAttributes {
  const { group = '', name = '', namespace = '', resource = '', subresource = '', verb = '', version = '' } = resourceAttributes ?? {};
  const common = { labelSelector: '', fieldSelector: '' };
  if (resourceAttributes !== undefined)
    return {
      ...common,
      isResourceRequest: true,
      path: '',
      verb,
      apiGroup: group,
      apiVersion: version,
      namespace,
      resource,
      subresource,
      name,
    };
  const { path = '', verb: method = '' } = nonResourceAttributes ?? {};
  return {
    ...common,
    isResourceRequest: false,
    path,
    verb: method,
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
  };
}

function statusOf({ reason, verdict }: Decision): SubjectAccessReviewStatus {
  return { allowed: verdict === 'allow', ...(verdict === 'deny' ? { denied: true } : {}), ...(reason === '' ? {} : { reason }) };
}
