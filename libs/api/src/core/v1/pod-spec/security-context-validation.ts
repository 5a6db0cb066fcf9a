import { addProblems, unixId, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext, Sysctl } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateDescendingPath } from './path-validation';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL_FORM = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const MAX_SYSCTL_LENGTH = 253;

export function validatePodSecurityContext(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  const context = spec.securityContext;
  if (context === undefined) return;
  const at = path.child('securityContext');
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup'] as const) validateId(context[field], at.child(field), errors);
  listOf(context.supplementalGroups).forEach((id, position) => validateId(id, at.child('supplementalGroups').index(position), errors));
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    errors.invalid(at.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  validateSysctls(listOf(context.sysctls), at.child('sysctls'), errors);
  validatePolicies(context, at, errors);
  validateSeccomp(context.seccompProfile, at.child('seccompProfile'), errors);
  validateAppArmor(context.appArmorProfile, at.child('appArmorProfile'), errors);
}

function validatePolicies(context: DeepReadonly<PodSecurityContext>, path: FieldPath, errors: FieldErrors): void {
  const policies = {
    fsGroupChangePolicy: ['Always', 'OnRootMismatch'],
    supplementalGroupsPolicy: ['Merge', 'Strict'],
    seLinuxChangePolicy: ['Recursive'],
  } as const;
  for (const [field, supported] of Object.entries(policies)) {
    const value = context[field as keyof typeof policies];
    if (value !== undefined && !(supported as readonly string[]).includes(value)) errors.notSupported(path.child(field), value, supported);
  }
}

export function validateSecurityContext(
  context: DeepReadonly<SecurityContext> | undefined,
  { hostUsers }: { readonly hostUsers: boolean },
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (context === undefined) return;
  for (const field of ['runAsUser', 'runAsGroup'] as const) validateId(context[field], path.child(field), errors);
  validateProcMount(context.procMount, hostUsers, path.child('procMount'), errors);
  validateSeccomp(context.seccompProfile, path.child('seccompProfile'), errors);
  validateAppArmor(context.appArmorProfile, path.child('appArmorProfile'), errors);
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged === true) errors.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN') === true)
    errors.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
}

function validateProcMount(procMount: string | undefined, hostUsers: boolean, path: FieldPath, errors: FieldErrors): void {
  if (procMount === undefined) return;
  if (procMount !== 'Default' && procMount !== 'Unmasked') errors.notSupported(path, procMount, ['Default', 'Unmasked']);
  if (hostUsers && procMount === 'Unmasked') errors.invalid(path, procMount, '`hostUsers` must be false to use `Unmasked`');
}

function validateId(id: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (id !== undefined) addProblems(unixId(id), id, path, errors);
}

function validateSeccomp(profile: DeepReadonly<SeccompProfile> | undefined, path: FieldPath, errors: FieldErrors): void {
  if (profile === undefined) return;
  validateProfileType(profile.type, 'seccompProfile', path.child('type'), errors);
  if (profile.type !== 'Localhost') {
    if (profile.localhostProfile !== undefined)
      errors.invalid(path.child('localhostProfile'), profile, 'can only be set when seccomp type is Localhost');
  } else if (profile.localhostProfile === undefined)
    errors.required(path.child('localhostProfile'), 'must be set when seccomp type is Localhost');
  else validateDescendingPath(profile.localhostProfile, path.child('localhostProfile'), errors);
}

/** The types for which a file would be too much; what is no type at all has been named already. */
const APP_ARMOR_WITHOUT_FILE = ['RuntimeDefault', 'Unconfined'];

function validateAppArmor(profile: DeepReadonly<AppArmorProfile> | undefined, path: FieldPath, errors: FieldErrors): void {
  if (profile === undefined) return;
  validateProfileType(profile.type, 'appArmorProfile', path.child('type'), errors);
  const { localhostProfile } = profile;
  if (profile.type !== 'Localhost') {
    if (localhostProfile !== undefined && APP_ARMOR_WITHOUT_FILE.includes(profile.type))
      errors.invalid(path.child('localhostProfile'), localhostProfile, 'can only be set when AppArmor type is Localhost');
  } else if (localhostProfile === undefined || localhostProfile === '')
    errors.required(path.child('localhostProfile'), 'must be set when AppArmor type is Localhost');
  else if (localhostProfile !== localhostProfile.trim())
    errors.invalid(path.child('localhostProfile'), localhostProfile, 'must not be padded with whitespace');
}

function validateProfileType(
  type: string | undefined,
  field: 'seccompProfile' | 'appArmorProfile',
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (type === undefined || type === '') errors.required(path, `type is required when ${field} is set`);
  else if (!PROFILE_TYPES.includes(type)) errors.notSupported(path, type, PROFILE_TYPES);
}

function validateSysctls(sysctls: readonly DeepReadonly<Sysctl>[], path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  sysctls.forEach(({ name }, position) => {
    const at = path.index(position).child('name');
    if (isEmpty(name)) errors.required(at);
    else if (name.length > MAX_SYSCTL_LENGTH || !new RegExp(SYSCTL_FORM).test(name))
      errors.invalid(at, name, `must have at most ${MAX_SYSCTL_LENGTH} characters and match regex ${SYSCTL_FORM}`);
    else if (seen.has(name)) errors.duplicate(at, name);
    seen.add(name);
  });
}
