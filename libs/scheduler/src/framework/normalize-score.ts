import { MAX_NODE_SCORE } from './plugin';

/** Scales `scores` in place so that the greatest becomes {@link MAX_NODE_SCORE}; `reverse` then makes the least the best. */
export function normalizeScores(scores: number[], { reverse }: { readonly reverse: boolean }): void {
  let greatest = 0;
  for (const score of scores) greatest = Math.max(greatest, score);
  for (let index = 0; index < scores.length; index++) {
    const scaled = greatest === 0 ? 0 : Math.trunc((MAX_NODE_SCORE * (scores[index] ?? 0)) / greatest);
    scores[index] = reverse ? MAX_NODE_SCORE - scaled : scaled;
  }
}
