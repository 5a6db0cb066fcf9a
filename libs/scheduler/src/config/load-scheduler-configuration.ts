import { FieldErrors, FieldPath } from '@keelson/apimachinery';
import { loadConfigFile } from '@keelson/component-base';
import type { ControlPlaneFlagValues } from '@keelson/controller-runtime';
import { DEFAULT_SCHEDULER_NAME } from '../framework/profile';
import type { PluginReference, PluginSet, ProfileSpec } from './build-profile';
import { API_VERSION, CONFIGURATION_FIELDS, type ConfigurationValues, type ProfileValues } from './configuration-fields';
import { pluginArgsOf } from './plugin-args';
import type { SchedulerConfig } from './scheduler-config';

/** A `--config` file: the scheduler's own part, and what flags say too. */
export interface LoadedConfiguration {
  readonly scheduler: SchedulerConfig;
  /** Only what the file says. */
  readonly flags: Partial<ControlPlaneFlagValues>;
}

/**
 * Reads a KubeSchedulerConfiguration (`kubescheduler.config.k8s.io/v1`).
 * @throws Error, one line that names the file and all that is wrong with it
 */
export async function loadSchedulerConfiguration(path: string): Promise<LoadedConfiguration> {
  const values = await loadConfigFile(path, { apiVersion: API_VERSION, kind: 'KubeSchedulerConfiguration', fields: CONFIGURATION_FIELDS });
  const errors = new FieldErrors();
  const scheduler = schedulerOf(values, errors);
  const flags = flagsOf(values);
  validateElection(values, errors);
  if (!errors.isEmpty) throw new Error(`${path}: ${errors.all.map(({ field, message }) => `${field}: ${message}`).join(', ')}`);
  return { scheduler, flags };
}

function schedulerOf(values: ConfigurationValues, errors: FieldErrors): SchedulerConfig {
  const { percentageOfNodesToScore, podInitialBackoffSeconds: initial = 1, podMaxBackoffSeconds: max = 10 } = values;
  validatePercentage(percentageOfNodesToScore, FieldPath.of('percentageOfNodesToScore'), errors);
  if (initial <= 0) errors.invalid(FieldPath.of('podInitialBackoffSeconds'), initial, 'must be greater than 0');
  if (max < initial) errors.invalid(FieldPath.of('podMaxBackoffSeconds'), max, 'must be greater than or equal to PodInitialBackoffSeconds');
  const listed = values.profiles ?? [];
  const profiles = (listed.length === 0 ? [{}] : listed).map((profile, index, all) =>
    profileOf(profile, { path: FieldPath.of('profiles').index(index), isOnly: all.length === 1, errors, percentageOfNodesToScore }),
  );
  for (const [index, { schedulerName }] of profiles.entries())
    if (profiles.findIndex((profile) => profile.schedulerName === schedulerName) < index)
      errors.duplicate(FieldPath.of('profiles').index(index).child('schedulerName'), schedulerName);
  return { profiles, backoff: { initial: initial * 1000, max: max * 1000 } };
}

interface ProfileContext {
  readonly path: FieldPath;
  /** Then its name may be left out. */
  readonly isOnly: boolean;
  /** For profiles that don't say. */
  readonly percentageOfNodesToScore: number | undefined;
  readonly errors: FieldErrors;
}

function profileOf(profile: ProfileValues, { errors, isOnly, path, percentageOfNodesToScore }: ProfileContext): ProfileSpec {
  const schedulerName = profile.schedulerName ?? (isOnly ? DEFAULT_SCHEDULER_NAME : '');
  if (schedulerName === '') errors.required(path.child('schedulerName'));
  validatePercentage(profile.percentageOfNodesToScore, path.child('percentageOfNodesToScore'), errors);
  const plugins = Object.entries(profile.plugins ?? {}).map(([point, set]): [string, PluginSet] => [
    point,
    { enabled: referencesOf(set.enabled), disabled: referencesOf(set.disabled) },
  ]);
  return {
    schedulerName,
    percentageOfNodesToScore: profile.percentageOfNodesToScore ?? percentageOfNodesToScore,
    plugins: Object.fromEntries(plugins),
    pluginArgs: pluginArgsOf(profile.pluginConfig ?? [], path.child('pluginConfig'), errors),
  };
}

function referencesOf(
  references: readonly { readonly name?: string | undefined; readonly weight?: number | undefined }[] = [],
): readonly PluginReference[] {
  return references.map(({ name = '', weight }) => ({ name, weight }));
}

function validatePercentage(percentage: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) errors.invalid(path, percentage, 'not in valid range [0-100]');
}

function validateElection({ leaderElection }: ConfigurationValues, errors: FieldErrors): void {
  const { leaderElect = true, leaseDuration = 15_000, renewDeadline = 10_000, retryPeriod = 2_000, resourceLock } = leaderElection ?? {};
  const path = FieldPath.of('leaderElection');
  if (resourceLock !== undefined && resourceLock !== 'leases')
    errors.invalid(path.child('resourceLock'), resourceLock, 'resourceLock value must be "leases"');
  if (!leaderElect) return;
  for (const [name, duration] of Object.entries({ leaseDuration, renewDeadline, retryPeriod }))
    if (duration <= 0) errors.invalid(path.child(name), duration, 'must be greater than zero');
  if (leaseDuration <= renewDeadline) errors.invalid(path.child('leaseDuration'), leaseDuration, 'must be greater than `RenewDeadline`');
}

function flagsOf({ clientConnection = {}, leaderElection = {} }: ConfigurationValues): Partial<ControlPlaneFlagValues> {
  const said = {
    kubeconfig: clientConnection.kubeconfig,
    'kube-api-qps': clientConnection.qps,
    'kube-api-burst': clientConnection.burst,
    'leader-elect': leaderElection.leaderElect,
    'leader-elect-lease-duration': leaderElection.leaseDuration,
    'leader-elect-renew-deadline': leaderElection.renewDeadline,
    'leader-elect-retry-period': leaderElection.retryPeriod,
    'leader-elect-resource-name': leaderElection.resourceName,
    'leader-elect-resource-namespace': leaderElection.resourceNamespace,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
