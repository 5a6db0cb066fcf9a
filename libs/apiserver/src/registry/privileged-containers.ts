import { FieldPath, type DeepReadonly, type FieldErrors, type KubernetesObject } from '@keelson/apimachinery';
import type { PodSpec } from '@keelson/api';
import type { KindRules, SubresourceRules } from '@keelson/api/server';

type Rules = KindRules<KubernetesObject>;
type PodSpecPath = NonNullable<Rules['podSpecPath']>;

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'] as const;
const POLICY = 'disallowed by cluster policy';

/** A kind's rules for a server without `--allow-privileged`: no pod may be, or be made by the kind, with privileged containers. */
export function refusingPrivileged(rules: Rules): Rules {
  const { podSpecPath, subresources = {} } = rules;
  if (podSpecPath === undefined) return rules;
  return {
    ...rules,
    validate(object, path, errors) {
      rules.validate?.(object, path, errors);
      validateUnprivileged(object, podSpecPath, errors);
    },
    subresources: Object.fromEntries(
      Object.entries(subresources).map(([name, own]) => [name, name === 'status' ? own : refusingIn(own, podSpecPath)]),
    ),
  };
}

function refusingIn(own: SubresourceRules<KubernetesObject>, podSpecPath: PodSpecPath): SubresourceRules<KubernetesObject> {
  return {
    ...own,
    validateUpdate(next, previous, path, errors) {
      own.validateUpdate?.(next, previous, path, errors);
      validateUnprivileged(next, podSpecPath, errors);
    },
  };
}

function validateUnprivileged(object: DeepReadonly<KubernetesObject>, podSpecPath: PodSpecPath, errors: FieldErrors): void {
  const path = FieldPath.root.child(...podSpecPath);
  // The kind says that this is what lies there; where it lies nowhere, the kind's own rules have complained.
  const spec = podSpecPath.reduce<unknown>((value, field) => (value as Record<string, unknown> | undefined)?.[field], object);
  if (spec === undefined) return;
  const podSpec = spec as DeepReadonly<PodSpec>;
  for (const field of CONTAINERS)
    podSpec[field]?.forEach(({ securityContext }, position) => {
      const at = path.child(field).index(position).child('securityContext');
      if (securityContext?.privileged === true) errors.forbidden(at.child('privileged'), POLICY);
    });
  if (hasHostProcess(podSpec)) errors.forbidden(path, `hostProcess containers are ${POLICY}`);
}

/** Windows' kind of privilege; containers have it from their pod if they don't say. */
function hasHostProcess(spec: DeepReadonly<PodSpec>): boolean {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  return CONTAINERS.some((field) =>
    spec[field]?.some(({ securityContext }) => (securityContext?.windowsOptions?.hostProcess ?? ofPod) === true),
  );
}
