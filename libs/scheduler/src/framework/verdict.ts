/**
 * What a plugin says of a pod on a node. `unresolvable` means that evicting other pods would not help;
 * upstream's `Unschedulable` and `UnschedulableAndUnresolvable`.
 */
export type Verdict = { readonly type: 'fits' } | { readonly type: 'unschedulable' | 'unresolvable'; readonly reasons: readonly string[] };

export type Rejection = Exclude<Verdict, { type: 'fits' }>;

export const fits: Verdict = { type: 'fits' };

export function unschedulable(...reasons: string[]): Rejection {
  return { type: 'unschedulable', reasons };
}

export function unresolvable(...reasons: string[]): Rejection {
  return { type: 'unresolvable', reasons };
}
