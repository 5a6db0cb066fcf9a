import { priorityclasses, type Pod, type PriorityClass } from '@keelson/api';
import type { DeepReadonly } from '@keelson/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { forbid, isAbout } from '../forbid';
import type { StoredObjects } from '../stored-objects';

/** Turns the name of a pod's priority class into a number, and lets only one class be the default. */
export class Priority implements AdmissionPlugin {
  readonly name = 'Priority';
  readonly #objects: StoredObjects;

  constructor(objects: StoredObjects) {
    this.#objects = objects;
  }

  admit(attributes: AdmissionAttributes): void {
    if (!isAbout(attributes, 'pods')) return;
    if (attributes.operation === 'CREATE') this.#admitNew(attributes);
    if (attributes.operation === 'UPDATE') keepPriority(attributes.object as Pod, attributes.oldObject as DeepReadonly<Pod>);
  }

  validate(attributes: AdmissionAttributes): void {
    const { object, operation, resource } = attributes;
    if (
      resource.group !== 'scheduling.k8s.io' ||
      resource.resource !== 'priorityclasses' ||
      (operation !== 'CREATE' && operation !== 'UPDATE')
    )
      return;
    const { globalDefault, metadata } = object as PriorityClass;
    const present = this.#default();
    if (globalDefault === true && present !== undefined && (operation === 'CREATE' || present.metadata.name !== metadata.name))
      throw forbid(attributes, `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`);
  }

  #admitNew(attributes: AdmissionAttributes): void {
    const { spec } = attributes.object as Pod;
    const { name, policy, value } = this.#resolve(attributes, spec.priorityClassName ?? '');
    if (name !== '') spec.priorityClassName = name;
    if (spec.priority !== undefined && spec.priority !== value)
      throw forbid(
        attributes,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy)
      throw forbid(
        attributes,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    spec.priority = value;
    spec.preemptionPolicy = policy;
  }

  #resolve(attributes: AdmissionAttributes, wanted: string): { name: string; value: number; policy: string } {
    const found = wanted === '' ? this.#default() : this.#objects.peek(priorityclasses, { name: wanted });
    if (found === undefined && wanted !== '') throw forbid(attributes, `no PriorityClass with name ${wanted} was found`);
    return { name: found?.metadata.name ?? '', value: found?.value ?? 0, policy: found?.preemptionPolicy ?? 'PreemptLowerPriority' };
  }

  /** The lowest of those marked, should an upgrade have left several. */
  #default(): DeepReadonly<PriorityClass> | undefined {
    const marked = [...this.#objects.list(priorityclasses)].filter(({ globalDefault }) => globalDefault === true);
    return marked.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
  }
}

/** What this plugin once set, an update may leave out. */
function keepPriority({ spec }: Pod, { spec: old }: DeepReadonly<Pod>): void {
  if (old.priority !== undefined) spec.priority ??= old.priority;
  if (old.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
}
