import type { Rejection } from './verdict';

/** Why no node took a pod, in upstream's sentence. A node that was not looked at counts with `absentReasons`. */
export class FitError extends Error {
  readonly code = 'no-fit';
  readonly rejectedBy: ReadonlySet<string>;

  constructor(diagnosis: {
    readonly nodeCount: number;
    readonly rejections: readonly Rejection[];
    readonly rejectedBy: ReadonlySet<string>;
    readonly absentReasons?: readonly string[];
  }) {
    super(fitErrorMessage(diagnosis));
    this.rejectedBy = diagnosis.rejectedBy;
  }
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).`: the counted reasons in the order of their text. */
export function fitErrorMessage(diagnosis: {
  readonly nodeCount: number;
  readonly rejections: readonly Rejection[];
  readonly absentReasons?: readonly string[];
}): string {
  if (diagnosis.nodeCount === 0) return 'no nodes available to schedule pods';
  const counts = new Map<string, number>();
  const count = (reasons: readonly string[], times: number): void => {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + times);
  };
  for (const { reasons } of diagnosis.rejections) count(reasons, 1);
  const absent = diagnosis.nodeCount - diagnosis.rejections.length;
  if (absent > 0) count(diagnosis.absentReasons ?? [], absent);

  const sentences = [...counts].map(([reason, times]) => `${times} ${reason}`).sort();
  const list = sentences.length === 0 ? '' : ` ${sentences.join(', ')}.`;
  return `0/${diagnosis.nodeCount} nodes are available:${list}`;
}
