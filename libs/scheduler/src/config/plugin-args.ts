import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { NodeAffinity, NodeSelectorTerm } from '@keelson/api';
import type { PluginArgs } from '../plugins/plugin-registry';
import type { NodeResourcesFitArgs } from '../plugins/node-resources-fit/node-resources-fit';
import type { ScoringStrategy, UtilizationShapePoint } from '../plugins/node-resources-fit/scoring-strategy';
import { DEFAULT_SCORED_RESOURCES, type ResourceSpec } from '../state/resource-spec';
import type { PluginConfigEntry } from './configuration-fields';

type ArgsOf<N extends PluginConfigEntry['name']> = Extract<PluginConfigEntry, { readonly name: N }>['args'];

/** The arguments of one profile's plugins, with upstream's defaults for what they leave out. Adds what is wrong to `errors`. */
export function pluginArgsOf(entries: readonly (PluginConfigEntry | undefined)[], path: FieldPath, errors: FieldErrors): PluginArgs {
  const args: { -readonly [K in keyof PluginArgs]: PluginArgs[K] } = {};
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined) continue;
    const at = path.index(index);
    if (args[entry.name] !== undefined) errors.duplicate(at, entry.name);
    const argsPath = at.child('args');
    switch (entry.name) {
      case 'InterPodAffinity':
        validateHardWeight(entry.args.hardPodAffinityWeight, argsPath.child('hardPodAffinityWeight'), errors);
        args.InterPodAffinity = entry.args;
        break;
      case 'NodeAffinity':
        args.NodeAffinity = { addedAffinity: addedAffinity(entry.args) };
        break;
      case 'NodeResourcesBalancedAllocation':
        args.NodeResourcesBalancedAllocation = { resources: balancedResources(entry.args, argsPath.child('resources'), errors) };
        break;
      case 'NodeResourcesFit':
        args.NodeResourcesFit = fitArgs(entry.args, argsPath, errors);
        break;
    }
  }
  return args;
}

function validateHardWeight(weight: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (weight !== undefined && (weight < 0 || weight > 100)) errors.invalid(path, weight, 'not in valid range [0, 100]');
}

function addedAffinity({ addedAffinity: added }: ArgsOf<'NodeAffinity'>): DeepReadonly<NodeAffinity> {
  const required = added?.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = added?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return {
    ...(required === undefined
      ? {}
      : { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: (required.nodeSelectorTerms ?? []).map(termOf) } }),
    preferredDuringSchedulingIgnoredDuringExecution: preferred.map(({ weight = 0, preference = {} }) => ({
      weight,
      preference: termOf(preference),
    })),
  };
}

type TermValues = NonNullable<
  NonNullable<NonNullable<ArgsOf<'NodeAffinity'>['addedAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']>['nodeSelectorTerms']
>[number];

function termOf({ matchExpressions = [], matchFields = [] }: TermValues): DeepReadonly<NodeSelectorTerm> {
  const requirement = ({ key = '', operator = '', values = [] }: (typeof matchExpressions)[number]): Requirement => ({
    key,
    operator,
    values: present(values),
  });
  return { matchExpressions: matchExpressions.map(requirement), matchFields: matchFields.map(requirement) };
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

function balancedResources(
  { resources = [] }: ArgsOf<'NodeResourcesBalancedAllocation'>,
  path: FieldPath,
  errors: FieldErrors,
): readonly ResourceSpec[] {
  const specs = resourceSpecs(resources);
  for (const [index, { name, weight }] of specs.entries()) {
    if (specs.findIndex((spec) => spec.name === name) < index) errors.duplicate(path.index(index).child('name'), name);
    if (weight !== 1) errors.invalid(path.index(index).child('weight'), weight, 'must be 1');
  }
  return specs;
}

/** A weight that is left out is 1; without any resource, cpu and memory are scored. */
function resourceSpecs(
  resources: readonly { readonly name?: string | undefined; readonly weight?: number | undefined }[],
): readonly ResourceSpec[] {
  if (resources.length === 0) return DEFAULT_SCORED_RESOURCES;
  return resources.map(({ name = '', weight = 0 }) => ({ name, weight: weight === 0 ? 1 : weight }));
}

function fitArgs(args: ArgsOf<'NodeResourcesFit'>, path: FieldPath, errors: FieldErrors): NodeResourcesFitArgs {
  const ignoredResourceGroups = present(args.ignoredResourceGroups ?? []);
  for (const [index, group] of ignoredResourceGroups.entries())
    if (group.includes('/'))
      errors.invalid(path.child('ignoredResourceGroups').index(index), group, "resource group name can't contain '/'");
  return {
    ignoredResources: present(args.ignoredResources ?? []),
    ignoredResourceGroups,
    scoringStrategy: strategyOf(args.scoringStrategy ?? {}, path.child('scoringStrategy'), errors),
  };
}

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const;

function strategyOf(
  values: NonNullable<ArgsOf<'NodeResourcesFit'>['scoringStrategy']>,
  path: FieldPath,
  errors: FieldErrors,
): ScoringStrategy | undefined {
  const resources = resourceSpecs(values.resources ?? []);
  for (const [index, { name, weight }] of resources.entries())
    if (weight <= 0 || weight > 100)
      errors.invalid(
        path.child('resources').index(index).child('weight'),
        weight,
        `resource weight of ${name} not in valid range (0, 100]`,
      );
  const name = values.type ?? 'LeastAllocated';
  const type = STRATEGIES.find((strategy) => strategy === name);
  const ratio = values.requestedToCapacityRatio;
  const ratioPath = path.child('requestedToCapacityRatio');
  if (type === undefined) errors.notSupported(path.child('type'), name, STRATEGIES);
  else if (type !== 'RequestedToCapacityRatio') {
    if (ratio !== undefined) errors.forbidden(ratioPath, 'must be nil when type is not RequestedToCapacityRatio');
    return { type, resources };
  } else if (ratio === undefined) errors.required(ratioPath, 'must be specified when type is RequestedToCapacityRatio');
  else {
    const shape = (ratio.shape ?? []).map(({ utilization = 0, score = 0 }) => ({ utilization, score }));
    validateShape(shape, ratioPath.child('shape'), errors);
    return { type, resources, shape };
  }
  return undefined;
}

function validateShape(shape: readonly UtilizationShapePoint[], path: FieldPath, errors: FieldErrors): void {
  if (shape.length === 0) errors.required(path, 'at least one point must be specified');
  const unsorted = shape.findIndex(({ utilization }, index) => index > 0 && (shape[index - 1]?.utilization ?? 0) >= utilization);
  if (unsorted > 0)
    errors.invalid(path.index(unsorted).child('utilization'), shape[unsorted]?.utilization, 'values must be sorted in increasing order');
  for (const [index, { utilization, score }] of shape.entries()) {
    const at = path.index(index);
    if (utilization < 0 || utilization > 100) errors.invalid(at.child('utilization'), utilization, 'not in valid range [0, 100]');
    if (score < 0 || score > 10) errors.invalid(at.child('score'), score, 'not in valid range [0, 10]');
  }
}

/** Lists that were read without a problem have no gaps. */
function present<T>(list: readonly (T | undefined)[]): readonly T[] {
  return list.filter((item) => item !== undefined);
}
