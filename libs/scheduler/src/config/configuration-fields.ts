import { field, type ConfigField, type ConfigFields, type ConfigValues } from '@keelson/component-base';

const resources = field.list(field.object({ name: field.string, weight: field.int }));

const requirements = field.list(field.object({ key: field.string, operator: field.string, values: field.list(field.string) }));
const nodeSelectorTerm = field.object({ matchExpressions: requirements, matchFields: requirements });

/** The arguments of plugins, by the plugin's name. */
const PLUGIN_ARGS = {
  InterPodAffinity: { hardPodAffinityWeight: field.int, ignorePreferredTermsOfExistingPods: field.bool },
  NodeAffinity: {
    addedAffinity: field.object({
      requiredDuringSchedulingIgnoredDuringExecution: field.object({ nodeSelectorTerms: field.list(nodeSelectorTerm) }),
      preferredDuringSchedulingIgnoredDuringExecution: field.list(field.object({ weight: field.int, preference: nodeSelectorTerm })),
    }),
  },
  NodeResourcesBalancedAllocation: { resources },
  NodeResourcesFit: {
    ignoredResources: field.list(field.string),
    ignoredResourceGroups: field.list(field.string),
    scoringStrategy: field.object({
      type: field.string,
      resources,
      requestedToCapacityRatio: field.object({ shape: field.list(field.object({ utilization: field.int, score: field.int })) }),
    }),
  },
} as const satisfies Readonly<Record<string, ConfigFields>>;

type WithArgs = keyof typeof PLUGIN_ARGS;

/** One entry of `pluginConfig`, its arguments read as those of the plugin it names. */
export type PluginConfigEntry = {
  readonly [N in WithArgs]: { readonly name: N; readonly args: ConfigValues<(typeof PLUGIN_ARGS)[N]> };
}[WithArgs];

const pluginConfigEntry: ConfigField<PluginConfigEntry | undefined> = {
  read(value, path, problems) {
    const { name = '', args = {} } = field.object({ name: field.string, args: field.any }).read(value, path, problems);
    if (!Object.hasOwn(PLUGIN_ARGS, name)) {
      problems.invalid.push(`${path}.name: there is no plugin ${JSON.stringify(name)} that takes arguments`);
      return undefined;
    }
    const typed = { apiVersion: field.string, kind: field.string, ...PLUGIN_ARGS[name as WithArgs] };
    const { apiVersion, kind, ...values } = field.object(typed).read(args, `${path}.args`, problems);
    if (kind !== undefined && (kind !== `${name}Args` || apiVersion !== API_VERSION))
      problems.invalid.push(`${path}.args: expected kind ${name}Args of ${API_VERSION}`);
    return { name, args: values } as PluginConfigEntry;
  },
};

const references = field.list(field.object({ name: field.string, weight: field.int }));
const pluginSet = field.object({ enabled: references, disabled: references });

export const API_VERSION = 'kubescheduler.config.k8s.io/v1';

/** The fields of KubeSchedulerConfiguration that this scheduler acts on; any other is an error rather than silently without effect. */
export const CONFIGURATION_FIELDS = {
  percentageOfNodesToScore: field.int,
  podInitialBackoffSeconds: field.int,
  podMaxBackoffSeconds: field.int,
  leaderElection: field.object({
    leaderElect: field.bool,
    leaseDuration: field.duration,
    renewDeadline: field.duration,
    retryPeriod: field.duration,
    resourceLock: field.string,
    resourceName: field.string,
    resourceNamespace: field.string,
  }),
  clientConnection: field.object({ kubeconfig: field.string, qps: field.float, burst: field.int }),
  profiles: field.list(
    field.object({
      schedulerName: field.string,
      percentageOfNodesToScore: field.int,
      plugins: field.object({
        multiPoint: pluginSet,
        preEnqueue: pluginSet,
        queueSort: pluginSet,
        preFilter: pluginSet,
        filter: pluginSet,
        preScore: pluginSet,
        score: pluginSet,
        bind: pluginSet,
      }),
      pluginConfig: field.list(pluginConfigEntry),
    }),
  ),
} as const;

export type ConfigurationValues = ConfigValues<typeof CONFIGURATION_FIELDS>;
export type ProfileValues = NonNullable<ConfigurationValues['profiles']>[number];
