import {
  addProblems,
  dns1123Label,
  dns1123Subdomain,
  inRange,
  qualifiedName,
  validateLabels,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { PodSpec } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateAffinity } from './affinity-validation';
import { validateContainers } from './container-validation';
import { validateDns, validateHostAliases } from './dns-validation';
import { validatePodLevelResources } from './pod-resource-validation';
import { validateResourceClaims } from './resource-claim-validation';
import { validateResources } from './resource-validation';
import { validateSchedulingGates, validateTolerations, validateTopologySpread } from './scheduling-validation';
import { validateHostUsers, validateHostnameOverride } from './host-validation';
import { validateOneOf } from './one-of';
import { validateOs } from './os-validation';
import { validatePodSecurityContext } from './security-context-validation';
import { validateVolumes } from './volume-validation';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const MAX_INT32 = 2 ** 31 - 1;

/** The rules of a pod spec wherever it stands, in a pod or in a template (pkg/apis/core/validation `ValidatePodSpec`). */
export function validatePodSpec(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.required(path.child('terminationGracePeriodSeconds'));
  const volumes = validateVolumes(spec.volumes, path.child('volumes'), errors);
  validateResourceClaims(spec.resourceClaims, path.child('resourceClaims'), errors);
  validateContainers(spec, volumes, path, errors);
  validatePodLevelResources(spec, path.child('resources'), errors);
  validateHostPorts(spec, path.child('containers'), errors);
  validateOneOf(spec.restartPolicy, RESTART_POLICIES, path.child('restartPolicy'), errors);
  validateDns(spec, path, errors);
  validateHostAliases(spec.hostAliases, path.child('hostAliases'), errors);
  validatePodSecurityContext(spec, path, errors);
  validateHostUsers(spec, path, errors);
  validateHostnameOverride(spec, path, errors);
  validatePlacement(spec, path, errors);
  validateNames(spec, path, errors);
  if (spec.overhead !== undefined) validateResources({ limits: spec.overhead }, path.child('overhead'), errors);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined) addProblems(inRange(deadline, 1, MAX_INT32), deadline, path.child('activeDeadlineSeconds'), errors);
  if (spec.preemptionPolicy !== undefined)
    validateOneOf(spec.preemptionPolicy, PREEMPTION_POLICIES, path.child('preemptionPolicy'), errors);
  validateOs(spec, path, errors);
}

/** What decides on which node the pod runs. */
function validatePlacement(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  validateLabels(spec.nodeSelector, path.child('nodeSelector'), errors);
  validateAffinity(spec.affinity, path.child('affinity'), errors);
  listOf(spec.readinessGates).forEach(({ conditionType }, position) =>
    addProblems(qualifiedName(conditionType), conditionType, path.child('readinessGates').index(position).child('conditionType'), errors),
  );
  validateSchedulingGates(spec.schedulingGates, path.child('schedulingGates'), errors);
  validateTopologySpread(spec.topologySpreadConstraints, path.child('topologySpreadConstraints'), errors);
  validateTolerations(spec.tolerations, path.child('tolerations'), errors);
}

function validateNames(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'] as const) {
    const name = spec[field];
    if (!isEmpty(name)) addProblems(dns1123Subdomain(name ?? ''), name, path.child(field), errors);
  }
  for (const field of ['hostname', 'subdomain'] as const) {
    const name = spec[field];
    if (!isEmpty(name)) addProblems(dns1123Label(name ?? ''), name, path.child(field), errors);
  }
}

/** On the host's network a container's port is the host's. */
function validateHostPorts(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  if (spec.hostNetwork !== true) return;
  listOf(spec.containers).forEach(({ ports }, position) =>
    listOf(ports).forEach(({ hostPort = 0, containerPort }, index) => {
      if (hostPort !== 0 && hostPort !== containerPort)
        errors.invalid(
          path.index(position).child('ports').index(index).child('hostPort'),
          hostPort,
          'must match `containerPort` when `hostNetwork` is true',
        );
    }),
  );
}
