import {
  addProblems,
  dns1123Label,
  portName,
  portNumber,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Container, ContainerPort, EphemeralContainer, PodSpec } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateContainerRestartRules, validateResizePolicy } from './container-policy-validation';
import { validateEnv, validateEnvFrom } from './env-validation';
import { validateMounts, type VolumesByName } from './mount-validation';
import { PROTOCOLS, PULL_POLICIES, validateOneOf } from './one-of';
import { validateProbesAndHooks } from './probe-validation';
import { claimNames, validateClaims } from './resource-claim-validation';
import { validateResources } from './resource-validation';
import { validateSecurityContext } from './security-context-validation';

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const NOT_FOR_PLAIN_INIT = 'may not be set for init containers without restartPolicy=Always';
const NOT_FOR_EPHEMERAL = 'cannot be set for an Ephemeral Container';
const EPHEMERAL_FORBIDDEN = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy'] as const;

type Spec = DeepReadonly<PodSpec>;

/** All three lists of containers of a pod. `volumes` are those that they may name. */
export function validateContainers(spec: Spec, volumes: VolumesByName, path: FieldPath, errors: FieldErrors): void {
  validateRegular(spec, volumes, path.child('containers'), errors);
  validateInit(spec, volumes, path.child('initContainers'), errors);
  validateEphemeral(spec, volumes, path.child('ephemeralContainers'), errors);
}

function validateRegular(spec: Spec, volumes: VolumesByName, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(spec.containers)) return errors.required(path);
  const names = new Set<string>();
  const hostPorts = new Set<string>();
  spec.containers.forEach((container, position) => {
    const at = path.index(position);
    validateContainer(container, { spec, volumes }, at, errors);
    if (names.has(container.name)) errors.duplicate(at.child('name'), container.name);
    names.add(container.name);
    validateProbesAndHooks(container, spec.terminationGracePeriodSeconds, at, errors);
    validateContainerRestartRules(container, at, errors);
    validateHostPortsFree(container.ports, hostPorts, at.child('ports'), errors);
  });
}

function validateInit(spec: Spec, volumes: VolumesByName, path: FieldPath, errors: FieldErrors): void {
  const names = new Set(listOf(spec.containers).map(({ name }) => name));
  listOf(spec.initContainers).forEach((container, position) => {
    const at = path.index(position);
    validateContainer(container, { spec, volumes }, at, errors);
    validateContainerRestartRules(container, at, errors);
    if (names.has(container.name)) errors.duplicate(at.child('name'), container.name);
    names.add(container.name);
    validateHostPortsFree(container.ports, new Set(), at.child('ports'), errors);
    if (container.restartPolicy === 'Always') return validateProbesAndHooks(container, spec.terminationGracePeriodSeconds, at, errors);
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      if (container[field] !== undefined) errors.forbidden(at.child(field), NOT_FOR_PLAIN_INIT);
    listOf(container.resizePolicy).forEach(({ restartPolicy }, index) => {
      if (restartPolicy === 'RestartContainer')
        errors.invalid(
          at.child('resizePolicy').index(index).child('restartPolicy'),
          restartPolicy,
          "must not be set to 'RestartContainer' for non-sidecar initContainers",
        );
    });
  });
}

function validateEphemeral(spec: Spec, volumes: VolumesByName, path: FieldPath, errors: FieldErrors): void {
  const others = new Set([...listOf(spec.containers), ...listOf(spec.initContainers)].map(({ name }) => name));
  const names = new Set(others);
  listOf(spec.ephemeralContainers).forEach((container, position) => {
    const at = path.index(position);
    validateContainer(container, { spec, volumes }, at, errors);
    validateImageTrimmed(container.image, at.child('image'), errors);
    if (names.has(container.name)) errors.duplicate(at.child('name'), container.name);
    names.add(container.name);
    const target = container.targetContainerName ?? '';
    if (target !== '' && !others.has(target)) errors.notFound(at.child('targetContainerName'), target);
    validateEphemeralFields(container, at, errors);
  });
}

function validateEphemeralFields(container: DeepReadonly<EphemeralContainer>, path: FieldPath, errors: FieldErrors): void {
  for (const field of EPHEMERAL_FORBIDDEN)
    if (container[field] !== undefined && !isEmptyList(container[field])) errors.forbidden(path.child(field), NOT_FOR_EPHEMERAL);
  const { limits = {}, requests = {} } = container.resources ?? {};
  if (Object.keys({ ...limits, ...requests }).length > 0) errors.forbidden(path.child('resources'), NOT_FOR_EPHEMERAL);
  listOf(container.volumeMounts).forEach(({ subPath, subPathExpr }, position) => {
    const at = path.child('volumeMounts').index(position);
    if (!isEmpty(subPath)) errors.forbidden(at.child('subPath'), NOT_FOR_EPHEMERAL);
    if (!isEmpty(subPathExpr)) errors.forbidden(at.child('subPathExpr'), NOT_FOR_EPHEMERAL);
  });
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

interface Surroundings {
  readonly spec: Spec;
  readonly volumes: VolumesByName;
}

function validateContainer(
  container: DeepReadonly<Container>,
  { spec, volumes }: Surroundings,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isEmpty(container.name)) errors.required(path.child('name'));
  else addProblems(dns1123Label(container.name), container.name, path.child('name'), errors);
  if (isEmpty(container.image)) errors.required(path.child('image'));
  validateOneOf(container.terminationMessagePolicy, MESSAGE_POLICIES, path.child('terminationMessagePolicy'), errors);
  validatePorts(container.ports, path.child('ports'), errors);
  validateEnv(container.env, path.child('env'), errors);
  validateEnvFrom(container.envFrom, path.child('envFrom'), errors);
  validateMounts(container, volumes, path, errors);
  if (spec.hostUsers === false && !isEmpty(container.volumeDevices))
    errors.forbidden(path.child('volumeDevices'), 'when `hostUsers` is false');
  validateOneOf(container.imagePullPolicy, PULL_POLICIES, path.child('imagePullPolicy'), errors);
  validateResources(container.resources, path.child('resources'), errors);
  validateClaims(container.resources?.claims, claimNames(spec), path.child('resources', 'claims'), errors);
  validateResizePolicy(container.resizePolicy, spec.restartPolicy, path.child('resizePolicy'), errors);
  validateSecurityContext(container.securityContext, { hostUsers: spec.hostUsers !== false }, path.child('securityContext'), errors);
}

/** A pod's own rule, not a template's: images with spaces around them were accepted in templates for too long. */
export function validateImageTrimmed(image: string | undefined, path: FieldPath, errors: FieldErrors): void {
  if (image !== undefined && image !== image.trim()) errors.invalid(path, image, 'must not have leading or trailing whitespace');
}

function validatePorts(ports: DeepReadonly<ContainerPort[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  const names = new Set<string>();
  listOf(ports).forEach(({ name = '', containerPort, hostPort = 0, protocol }, position) => {
    const at = path.index(position);
    if (name !== '') {
      const problems = portName(name);
      addProblems(problems, name, at.child('name'), errors);
      if (problems.length === 0 && names.has(name)) errors.duplicate(at.child('name'), name);
      names.add(name);
    }
    if ((containerPort as number | undefined) === undefined || containerPort === 0) errors.required(at.child('containerPort'));
    else addProblems(portNumber(containerPort), containerPort, at.child('containerPort'), errors);
    if (hostPort !== 0) addProblems(portNumber(hostPort), hostPort, at.child('hostPort'), errors);
    validateOneOf(protocol, PROTOCOLS, at.child('protocol'), errors);
  });
}

function validateHostPortsFree(
  ports: DeepReadonly<ContainerPort[]> | undefined,
  taken: Set<string>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  listOf(ports).forEach(({ hostPort = 0, hostIP = '', protocol = '' }, position) => {
    if (hostPort === 0) return;
    const key = `${protocol}/${hostIP}/${hostPort}`;
    if (taken.has(key)) errors.duplicate(path.index(position).child('hostPort'), key);
    taken.add(key);
  });
}
