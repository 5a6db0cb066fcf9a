import { notInRange, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from '../../../generated/flowcontrol/v1';
import { isEmpty } from '../../../presence';

const TYPES = ['Exempt', 'Limited'];
const RESPONSES = ['Queue', 'Reject'];
const EXEMPT_NAME = 'exempt';
const MAX_QUEUES = 10_000_000;
/** How much a flow's hash can tell apart when it is dealt a hand of queues. */
const MAX_HASH_BITS = 60;
const NOT_NEGATIVE_INTEGER = 'must be a non-negative integer';

export function validatePriorityLevelConfiguration(
  { metadata, spec }: DeepReadonly<PriorityLevelConfiguration>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const at = path.child('spec');
  const { exempt, limited, type } = spec;
  if ((metadata.name === EXEMPT_NAME) !== (type === 'Exempt'))
    errors.invalid(at.child('type'), type, "must be 'Exempt' if and only if `name` is 'exempt'");
  if (isEmpty(type)) errors.required(at.child('type'));
  else if (!TYPES.includes(type)) errors.notSupported(at.child('type'), type, TYPES);
  else if (type === 'Exempt') {
    if (limited !== undefined) errors.forbidden(at.child('limited'), 'must be nil if the type is not Limited');
    if (exempt !== undefined) validateShares(exempt, at.child('exempt'), errors);
  } else {
    if (exempt !== undefined) errors.forbidden(at.child('exempt'), 'must be nil if the type is Limited');
    if (limited === undefined) errors.required(at.child('limited'), 'must not be empty when type is Limited');
    else validateLimited(limited, at.child('limited'), errors);
  }
}

function validateLimited(limited: DeepReadonly<LimitedPriorityLevelConfiguration>, path: FieldPath, errors: FieldErrors): void {
  const { borrowingLimitPercent: borrowing } = limited;
  validateShares(limited, path, errors);
  validateResponse(limited.limitResponse, path.child('limitResponse'), errors);
  if (borrowing !== undefined && borrowing < 0)
    errors.invalid(path.child('borrowingLimitPercent'), borrowing, `if specified, ${NOT_NEGATIVE_INTEGER}`);
}

function validateShares(
  { lendablePercent: lendable = 0, nominalConcurrencyShares: shares = 0 }: DeepReadonly<ExemptPriorityLevelConfiguration>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (shares < 0) errors.invalid(path.child('nominalConcurrencyShares'), shares, NOT_NEGATIVE_INTEGER);
  if (lendable < 0 || lendable > 100) errors.invalid(path.child('lendablePercent'), lendable, notInRange(0, 100));
}

function validateResponse(response: DeepReadonly<LimitResponse> | undefined, path: FieldPath, errors: FieldErrors): void {
  const { queuing, type = '' } = response ?? {};
  if (type === '') return errors.required(path.child('type'));
  if (!RESPONSES.includes(type)) return errors.notSupported(path.child('type'), type, RESPONSES);
  const at = path.child('queuing');
  if (type === 'Reject') {
    if (queuing !== undefined) errors.forbidden(at, 'must be nil if limited.limitResponse.type is not Limited');
  } else if (queuing === undefined) errors.required(at, 'must not be empty if limited.limitResponse.type is Limited');
  else validateQueuing(queuing, at, errors);
}

function validateQueuing(
  { handSize = 0, queueLengthLimit = 0, queues = 0 }: DeepReadonly<QueuingConfiguration>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (queueLengthLimit <= 0) errors.invalid(path.child('queueLengthLimit'), queueLengthLimit, 'must be positive');
  if (queues <= 0) errors.invalid(path.child('queues'), queues, 'must be positive');
  else if (queues > MAX_QUEUES) errors.invalid(path.child('queues'), queues, `must not be greater than ${MAX_QUEUES}`);
  const hand = path.child('handSize');
  if (handSize <= 0) return errors.invalid(hand, handSize, 'must be positive');
  if (handSize > queues) return errors.invalid(hand, handSize, `should not be greater than queues (${queues})`);
  if (Math.ceil(Math.log2(queues) * handSize) > MAX_HASH_BITS)
    errors.invalid(
      hand,
      handSize,
      `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`,
    );
}
