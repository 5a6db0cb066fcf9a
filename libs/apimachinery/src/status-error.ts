import type { FieldErrors } from './field-errors';
import { groupResource, type GroupVersionKind } from './resource';
import type { Status, StatusDetails } from './status';

/** `metav1.StatusReason` and the HTTP code that goes with each. */
export const STATUS_CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServerTimeout: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

export type StatusReason = keyof typeof STATUS_CODES;

interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/**
 * An error with its wire form. Whatever the apiserver answers with a code of 400 or more is one of these, and the client
 * throws the same class for it. The static constructors word it as upstream does (k8s.io/apimachinery/pkg/api/errors).
 */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Readonly<Status>;

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? 'unknown error', options);
    this.status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', ...status };
  }

  get reason(): string {
    return this.status.reason ?? '';
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  static of(reason: StatusReason, message: string, details?: StatusDetails, options?: ErrorOptions): StatusError {
    return new StatusError({ message, reason, ...(details === undefined ? {} : { details }), code: STATUS_CODES[reason] }, options);
  }

  static notFound(resource: GroupResource, name: string): StatusError {
    return StatusError.of('NotFound', `${groupResource(resource)} "${name}" not found`, detailsOf(resource, name));
  }

  static alreadyExists(resource: GroupResource, name: string): StatusError {
    return StatusError.of('AlreadyExists', `${groupResource(resource)} "${name}" already exists`, detailsOf(resource, name));
  }

  static conflict(resource: GroupResource, name: string, why: string): StatusError {
    const message = `Operation cannot be fulfilled on ${groupResource(resource)} "${name}": ${why}`;
    return StatusError.of('Conflict', message, detailsOf(resource, name));
  }

  /** The write lost a race on the resource version. */
  static modified(resource: GroupResource, name: string): StatusError {
    return StatusError.conflict(
      resource,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }

  static invalid(kind: Pick<GroupVersionKind, 'group' | 'kind'>, name: string, errors: FieldErrors): StatusError {
    const sentences = [...new Set(errors.all.map(({ field, message }) => `${field}: ${message}`))];
    const list = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`;
    const kindName = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
    const details = {
      ...(name === '' ? {} : { name }),
      ...(kind.group === '' ? {} : { group: kind.group }),
      ...(kind.kind === '' ? {} : { kind: kind.kind }),
      causes: errors.causes(),
    };
    return StatusError.of('Invalid', `${kindName} "${name}" is invalid: ${list}`, details);
  }

  static badRequest(message: string, options?: ErrorOptions): StatusError {
    return StatusError.of('BadRequest', message, undefined, options);
  }

  static unauthorized(message = 'Unauthorized'): StatusError {
    return StatusError.of('Unauthorized', message);
  }

  /** `what` is the sentence after the resource, such as `User "x" cannot get resource ...`. */
  static forbidden(resource: GroupResource, name: string, what: string): StatusError {
    const subject = resource.resource === '' ? 'forbidden' : `${groupResource(resource)}${name === '' ? '' : ` "${name}"`} is forbidden`;
    return StatusError.of('Forbidden', `${subject}: ${what}`, detailsOf(resource, name));
  }

  /** A watch or a continue token asks for a revision that is compacted. */
  static expired(message: string): StatusError {
    return StatusError.of('Expired', message);
  }

  static tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
    return StatusError.of('TooManyRequests', message, { retryAfterSeconds });
  }

  static internal(cause: unknown): StatusError {
    const text = cause instanceof Error ? cause.message : String(cause);
    return StatusError.of('InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] }, { cause });
  }

  /** @returns whether `error` is a StatusError with that reason */
  static is(error: unknown, reason: StatusReason): error is StatusError {
    return error instanceof StatusError && error.reason === reason;
  }

  /** @param cause such as `NamespaceTerminating`: nothing can be created there any more @returns whether `error` names it among its causes */
  static hasCause(error: unknown, cause: string): error is StatusError {
    return error instanceof StatusError && error.status.details?.causes?.some(({ reason }) => reason === cause) === true;
  }
}

function detailsOf({ group, resource }: GroupResource, name: string): StatusDetails {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), ...(resource === '' ? {} : { kind: resource }) };
}
