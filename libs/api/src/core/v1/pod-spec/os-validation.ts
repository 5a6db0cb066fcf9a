import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { PodSpec } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';

const NAMES = ['linux', 'windows'];

/** What a security context can't ask of Windows. */
const POD_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const CONTAINER_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;
const HOST_FIELDS = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const;

/** A pod that names its operating system asks for nothing the other one has. */
export function validateOs(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  if (spec.os === undefined) return;
  const { name } = spec.os;
  if (isEmpty(name)) return errors.required(path.child('os', 'name'));
  if (!NAMES.includes(name)) return errors.notSupported(path.child('os'), name, NAMES);
  const forbid = name === 'linux' ? forbidWindowsOptions : forbidLinuxOptions;
  forbid(spec.securityContext, POD_FIELDS, path.child('securityContext'), errors);
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const)
    listOf(spec[field]).forEach(({ securityContext }, position) =>
      forbid(securityContext, CONTAINER_FIELDS, path.child(field).index(position).child('securityContext'), errors),
    );
  if (name === 'windows')
    for (const field of HOST_FIELDS) if (isSet(spec[field])) errors.forbidden(path.child(field), 'cannot be set for a windows pod');
}

type Context = Readonly<Record<string, unknown>> | object | undefined;

function forbidWindowsOptions(context: Context, _: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (context !== undefined && 'windowsOptions' in context && context.windowsOptions !== undefined)
    errors.forbidden(path.child('windowsOptions'), 'windows options cannot be set for a linux pod');
}

function forbidLinuxOptions(context: Context, fields: readonly string[], path: FieldPath, errors: FieldErrors): void {
  for (const [field, value] of Object.entries(context ?? {}))
    if (fields.includes(field) && isSet(value)) errors.forbidden(path.child(field), 'cannot be set for a windows pod');
}

/** Whether a client said anything; a list without elements says nothing. */
const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);
