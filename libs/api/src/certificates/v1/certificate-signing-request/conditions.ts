import type { DeepReadonly } from '@keelson/apimachinery';
import type { ChangeOrigin } from '../../../define-kind';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../../generated/certificates/v1';
import { elementsOf, listOf } from '../../../presence';

/** Only `approval` may set these. */
export const DECISIONS = ['Approved', 'Denied'] as const;

export type Condition = CertificateSigningRequestCondition;

export const conditionsOf = (object: DeepReadonly<CertificateSigningRequest>, type: string): readonly DeepReadonly<Condition>[] =>
  listOf(object.status?.conditions).filter((condition) => condition.type === type);

/** Dates conditions that are new or have changed. */
export function dateConditions(
  next: CertificateSigningRequest,
  previous: DeepReadonly<CertificateSigningRequest>,
  { now }: ChangeOrigin,
): void {
  for (const condition of elementsOf(next.status?.conditions)) {
    condition.lastUpdateTime ??= now();
    const same = conditionsOf(previous, condition.type).find(
      ({ lastTransitionTime, status }) => status === condition.status && lastTransitionTime !== undefined,
    );
    condition.lastTransitionTime ??= same?.lastTransitionTime ?? now();
  }
}

/** Puts the stored decisions in the place of those that a status update carries along; whether some were added or taken away is left to validation. */
export function keepDecisions(next: CertificateSigningRequest, previous: DeepReadonly<CertificateSigningRequest>): void {
  const conditions = elementsOf(next.status?.conditions);
  for (const type of DECISIONS) {
    const stored = conditionsOf(previous, type);
    const positions = conditions.flatMap((condition, position) => (condition.type === type ? [position] : []));
    if (positions.length !== stored.length) continue;
    positions.forEach((position, index) => {
      const decision = stored[index];
      if (decision !== undefined) conditions[position] = { ...decision };
    });
  }
}
