import { validateImmutable, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { CSIDriver, TokenRequest } from '../../../generated/storage/v1';
import { isEmpty, listOf } from '../../../presence';

const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral'];
const MIN_UPDATE_PERIOD_SECONDS = 10;
const MIN_EXPIRATION_SECONDS = 600;
const MAX_EXPIRATION_SECONDS = 2 ** 32;

type Driver = DeepReadonly<CSIDriver>;

export function validateCsiDriver({ spec }: Driver, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { fsGroupPolicy, nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets } = spec;
  if (fsGroupPolicy !== undefined && !GROUP_POLICIES.includes(fsGroupPolicy))
    errors.notSupported(at.child('fsGroupPolicy'), fsGroupPolicy, GROUP_POLICIES);
  validateTokenRequests(listOf(spec.tokenRequests), at.child('tokenRequests'), errors);
  for (const mode of listOf(spec.volumeLifecycleModes))
    if (!LIFECYCLE_MODES.includes(mode)) errors.notSupported(at.child('volumeLifecycleModes'), mode, LIFECYCLE_MODES);
  if (period !== undefined && period < MIN_UPDATE_PERIOD_SECONDS)
    errors.invalid(at.child('nodeAllocatableUpdatePeriodSeconds'), period, 'must be greater than or equal to 10 seconds');
  if (serviceAccountTokenInSecrets !== undefined && isEmpty(spec.tokenRequests))
    errors.invalid(
      at.child('serviceAccountTokenInSecrets'),
      serviceAccountTokenInSecrets,
      'serviceAccountTokenInSecrets is set but no tokenRequests are specified',
    );
}

export function validateCsiDriverUpdate(next: Driver, previous: Driver, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  // Upstream spells the first one so.
  validateImmutable({ next: next.spec.attachRequired, previous: previous.spec.attachRequired }, at.child('attachedRequired'), errors);
  const modes = { next: next.spec.volumeLifecycleModes, previous: previous.spec.volumeLifecycleModes };
  validateImmutable(modes, at.child('volumeLifecycleModes'), errors);
}

function validateTokenRequests(requests: readonly DeepReadonly<TokenRequest>[], path: FieldPath, errors: FieldErrors): void {
  const audiences = new Set<string>();
  requests.forEach(({ audience, expirationSeconds: seconds }, index) => {
    const at = path.index(index);
    if (audiences.has(audience)) return errors.duplicate(at.child('audience'), audience);
    audiences.add(audience);
    if (seconds === undefined) return;
    if (seconds < MIN_EXPIRATION_SECONDS)
      errors.invalid(at.child('expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes');
    if (seconds > MAX_EXPIRATION_SECONDS)
      errors.invalid(at.child('expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds');
  });
}
