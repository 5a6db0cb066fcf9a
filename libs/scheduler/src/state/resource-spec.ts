/** A resource that is scored, and how much it counts; as the arguments of plugins have it. */
export interface ResourceSpec {
  readonly name: string;
  readonly weight: number;
}

/** What is scored unless a configuration says otherwise. */
export const DEFAULT_SCORED_RESOURCES: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** Beyond cpu, memory and ephemeral storage a resource is scored for those pods only that ask for it. Upstream's `IsScalarResourceName`. */
export function isScalarResource(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-');
}
