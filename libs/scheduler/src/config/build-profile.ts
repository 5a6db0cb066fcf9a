import type { Plugin, ScorePlugin } from '../framework/plugin';
import type { PluginPoints, Profile } from '../framework/profile';
import { DEFAULT_PLUGINS, pluginRegistry, type PluginArgs, type PluginHandle, type RegisteredPlugin } from '../plugins/plugin-registry';

export interface PluginReference {
  readonly name: string;
  /** Of a plugin's scores; 1 if absent or 0. */
  readonly weight?: number | undefined;
}

/** What a configuration changes at one extension point; `*` disables all that are enabled by default. */
export interface PluginSet {
  readonly enabled?: readonly PluginReference[] | undefined;
  readonly disabled?: readonly PluginReference[] | undefined;
}

/** A profile as configured; what is absent is as in the default profile. */
export interface ProfileSpec {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number | undefined;
  /** By extension point; `multiPoint` stands for every point that a plugin has. */
  readonly plugins?: Readonly<Partial<Record<string, PluginSet>>> | undefined;
  readonly pluginArgs?: PluginArgs | undefined;
}

type Point = keyof PluginPoints;

interface Chosen<P extends Plugin> {
  readonly plugin: P;
  readonly weight: number;
}

/** Makes a profile's plugins and puts each where it belongs. @throws Error, one line, if the plugins named do not make a scheduler */
export function buildProfile(spec: ProfileSpec, handle: PluginHandle): Profile {
  const multiPoint = multiPointOf(spec.plugins?.['multiPoint'] ?? {});
  const made = new Map<string, RegisteredPlugin>();
  const make = ({ name }: PluginReference): RegisteredPlugin => {
    const create = pluginRegistry.get(name);
    if (create === undefined)
      throw new Error(`profile ${JSON.stringify(spec.schedulerName)}: plugin ${JSON.stringify(name)} does not exist`);
    const plugin = made.get(name) ?? create(handle, spec.pluginArgs ?? {});
    made.set(name, plugin);
    return plugin;
  };
  const choose = <K extends Point>(point: K): Chosen<NonNullable<PluginPoints[K]>>[] =>
    pluginsAt(point, { set: spec.plugins?.[point] ?? {}, multiPoint, make });
  const only = <K extends Point>(point: K): NonNullable<PluginPoints[K]> => {
    const [first, ...others] = choose(point);
    if (first === undefined || others.length > 0)
      throw new Error(
        `profile ${JSON.stringify(spec.schedulerName)}: one ${point} plugin is required, but ${others.length + (first === undefined ? 0 : 1)} are enabled`,
      );
    return first.plugin;
  };
  const plain = <K extends Point>(point: K): NonNullable<PluginPoints[K]>[] => choose(point).map(({ plugin }) => plugin);
  const score: readonly Chosen<ScorePlugin>[] = choose('score');
  return {
    schedulerName: spec.schedulerName,
    percentageOfNodesToScore: spec.percentageOfNodesToScore ?? 0,
    preEnqueue: plain('preEnqueue'),
    queueSort: only('queueSort'),
    preFilter: plain('preFilter'),
    filter: plain('filter'),
    preScore: plain('preScore'),
    score,
    bind: only('bind'),
    plugins: new Map([...made].map(([name, { plugin }]) => [name, plugin])),
  };
}

/** The default plugins without the disabled ones, with the configured weights, and then what is enabled besides. */
function multiPointOf({ disabled = [], enabled = [] }: PluginSet): readonly PluginReference[] {
  const configured = new Map(enabled.map((reference) => [reference.name, reference]));
  const kept = DEFAULT_PLUGINS.filter(({ name }) => !disabled.some((off) => off.name === name || off.name === '*'));
  const own = enabled.filter(({ name }) => !kept.some((reference) => reference.name === name));
  return [...kept.map((reference) => configured.get(reference.name) ?? reference), ...own];
}

/**
 * The plugins of one extension point in upstream's order: those of both sets as the point's own set has them, then the rest of the
 * multi-point set, then the rest of the own.
 */
function pluginsAt<K extends Point>(
  point: K,
  {
    set,
    multiPoint,
    make,
  }: { set: PluginSet; multiPoint: readonly PluginReference[]; make: (reference: PluginReference) => RegisteredPlugin },
): Chosen<NonNullable<PluginPoints[K]>>[] {
  const { disabled = [], enabled = [] } = set;
  const isDisabled = ({ name }: PluginReference): boolean => disabled.some((off) => off.name === name || off.name === '*');
  const general = multiPoint.filter((reference) => !isDisabled(reference) && make(reference).points[point] !== undefined);
  const isIn = (references: readonly PluginReference[], { name }: PluginReference): boolean =>
    references.some((reference) => reference.name === name);
  const ordered = [
    ...enabled.filter((reference) => isIn(general, reference)),
    ...general.filter((reference) => !isIn(enabled, reference)),
    ...enabled.filter((reference) => !isIn(general, reference)),
  ];
  return ordered.map((reference) => {
    const plugin = make(reference).points[point];
    if (plugin === undefined) throw new Error(`plugin ${JSON.stringify(reference.name)} does not extend ${point}`);
    return { plugin, weight: reference.weight === undefined || reference.weight === 0 ? 1 : reference.weight };
  });
}
