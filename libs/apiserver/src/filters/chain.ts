import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { Authenticator } from '../authentication/authenticator';
import type { Authorizer } from '../authorization/authorizer';
import type { ProtobufBody } from '../negotiation/protobuf-body';
import type { Filter } from './filter';
import { withAuthentication } from './with-authentication';
import { withAuthorization } from './with-authorization';
import { withDeadline } from './with-deadline';
import { withErrorMapper, type StatusWriter } from './with-error-mapper';
import { withImpersonation } from './with-impersonation';
import { withMaxInFlight } from './with-max-in-flight';
import { withMetrics, type RequestMetrics } from './with-metrics';
import { withRepresentation } from './with-representation';
import { withResponseHeaders } from './with-response-headers';

export interface ChainDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: RequestMetrics;
  /** Makes ids of requests that bring none. */
  readonly newUid: () => string;
  readonly toProtobuf: ProtobufBody;
  readonly writeStatus: StatusWriter;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly anonymous: boolean;
  readonly requestTimeoutMilliseconds: number;
  readonly maxRequestsInFlight: number;
  readonly maxMutatingRequestsInFlight: number;
}

/** The way of every request, in the order of execution. */
export const filterChain = (deps: ChainDeps): Filter[] => [
  withMetrics(deps.metrics, deps.clock),
  withResponseHeaders(deps.newUid),
  withRepresentation(deps.toProtobuf),
  withErrorMapper(deps.log, deps.writeStatus),
  withDeadline(deps.clock, deps.requestTimeoutMilliseconds),
  withAuthentication(deps.authenticator, { anonymous: deps.anonymous }),
  withImpersonation(deps.authorizer),
  withMaxInFlight({ readOnly: deps.maxRequestsInFlight, mutating: deps.maxMutatingRequestsInFlight }),
  withAuthorization(deps.authorizer),
];
