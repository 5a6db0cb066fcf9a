import type { DeepReadonly } from '@keelson/apimachinery';
import type { PolicyRule } from '@keelson/api';
import type { User } from '../../http/api-request';
import type { AuthorizationAttributes, Authorizer, Decision } from '../authorizer';
import { ruleAllows } from '../rbac/policy-rule';
import { podRefersTo, type ReferencedResource } from './pod-references';
import type { PodsByNode } from './pods-by-node';

const PREFIX = 'system:node:';
const GROUP = 'system:nodes';
const READ_ONE: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

const allow: Decision = { verdict: 'allow', reason: '' };
const refuse = (reason: string): Decision => ({ verdict: 'no-opinion', reason });

/** The node that a kubelet speaks for; undefined for anyone else. */
export function nodeNameOf({ groups, name }: User): string | undefined {
  return name.startsWith(PREFIX) && groups.includes(GROUP) ? name.slice(PREFIX.length) : undefined;
}

/**
 * Lets a kubelet do what its node needs and no more: read the secrets, config maps and claims of pods that are on it, keep its own node, lease and
 * CSI node, see its own pods; plugin/pkg/auth/authorizer/node. What a node's pods need is asked of the pods themselves at each request.
 */
export class NodeAuthorizer implements Authorizer {
  readonly #pods: PodsByNode;
  /** What every node may do, whatever is on it: the role `system:node`. */
  readonly #rules: readonly DeepReadonly<PolicyRule>[];

  constructor(pods: PodsByNode, rules: readonly DeepReadonly<PolicyRule>[]) {
    this.#pods = pods;
    this.#rules = rules;
  }

  authorize(user: User, attributes: AuthorizationAttributes): Decision {
    const node = nodeNameOf(user);
    if (node === undefined) return refuse('');
    return this.#special(node, attributes) ?? (this.#rules.some((rule) => ruleAllows(rule, attributes)) ? allow : refuse(''));
  }

  /** @returns undefined for resources that the rules alone decide on */
  #special(node: string, attributes: AuthorizationAttributes): Decision | undefined {
    if (!attributes.isResourceRequest) return undefined;
    switch (`${attributes.apiGroup}/${attributes.resource}`) {
      case '/secrets':
      case '/configmaps':
        return this.#referenced(node, attributes, READ_ONE);
      case '/persistentvolumeclaims':
        return attributes.subresource === 'status' ? undefined : this.#referenced(node, attributes, new Set(['get']));
      case '/serviceaccounts':
        return attributes.subresource === 'token' ? this.#referenced(node, attributes, new Set(['create'])) : undefined;
      case 'coordination.k8s.io/leases':
        return attributes.namespace === 'kube-node-lease'
          ? ownName(node, attributes)
          : refuse('can only access leases in the "kube-node-lease" system namespace');
      case 'storage.k8s.io/csinodes':
        return ownName(node, attributes);
      case '/nodes':
        return READ_ONE.has(attributes.verb) ? ownName(node, attributes) : undefined;
      case '/pods':
        return attributes.subresource === '' && READ_ONE.has(attributes.verb) ? this.#pod(node, attributes) : undefined;
      default:
        return undefined;
    }
  }

  #referenced(node: string, { name, namespace, resource, verb }: AuthorizationAttributes, verbs: ReadonlySet<string>): Decision {
    if (!verbs.has(verb)) return refuse('can only read resources of this type');
    if (name === '') return refuse('No Object name found');
    for (const pod of this.#pods.on(node))
      if (pod.metadata.namespace === namespace && podRefersTo(pod, resource as ReferencedResource, name)) return allow;
    return refuse(`no relationship found between node '${node}' and this object`);
  }

  #pod(node: string, { fieldSelector, name, namespace, verb }: AuthorizationAttributes): Decision {
    if (verb !== 'get')
      return fieldSelector.split(',').includes(`spec.nodeName=${node}`)
        ? allow
        : refuse(`can only list/watch pods with spec.nodeName field selector`);
    for (const { metadata } of this.#pods.on(node)) if (metadata.name === name && metadata.namespace === namespace) return allow;
    return refuse(`no relationship found between node '${node}' and this object`);
  }
}

/** Its own object by name; or a create, where the name is not known yet and admission sees to it. */
function ownName(node: string, { name, verb }: AuthorizationAttributes): Decision {
  if (verb === 'create' && name === '') return allow;
  return name === node ? allow : refuse(`can only access an object with the same name as the requesting node`);
}
