import type { HorizontalPodAutoscalerBehavior } from '../../../generated/autoscaling/v2';

type Fields = Readonly<Record<string, unknown>>;

/** The fields as Go declares them: the annotation holds upstream's internal type, which has no JSON names. */
const BEHAVIOR = ['ScaleUp', 'ScaleDown'];
const RULES = ['StabilizationWindowSeconds', 'SelectPolicy', 'Policies', 'Tolerance'];
const POLICY = ['Type', 'Value', 'PeriodSeconds'];

export function behaviorToV1(behavior: HorizontalPodAutoscalerBehavior): string {
  return JSON.stringify(goStruct(behavior, BEHAVIOR, (rules) => goStruct(rules, RULES, (list) => policiesOf(list))));
}

/** @returns undefined for a text that says nothing; upstream passes over it, too */
export function behaviorFromV1(value: unknown): object | undefined {
  const behavior = lowered(value);
  return typeof behavior === 'object' && behavior !== null && Object.keys(behavior).length > 0 ? behavior : undefined;
}

function goStruct(object: object, names: readonly string[], convert: (value: object) => unknown = (value) => value): Fields {
  return Object.fromEntries(
    names.map((name) => {
      const value = (object as Fields)[lowerFirst(name)] ?? null;
      return [name, typeof value === 'object' && value !== null ? convert(value) : value];
    }),
  );
}

const policiesOf = (list: object): unknown => (Array.isArray(list) ? list.map((policy: object) => goStruct(policy, POLICY)) : list);

/** With JSON names, and without nulls. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(present.map(([name, field]) => [lowerFirst(name), lowered(field)]));
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
