import type { DeviceClaim } from '../../generated/resource/v1';
import { elementsOf } from '../../presence';

interface Request {
  allocationMode?: string;
  count?: number;
}

/** Each request is for one device, unless it says otherwise. Writes into `claim`; idempotent. */
export function defaultDeviceClaim(claim: DeviceClaim | undefined): void {
  for (const { exactly, firstAvailable } of elementsOf(claim?.requests))
    for (const request of [...(exactly === undefined ? [] : [exactly]), ...elementsOf(firstAvailable)]) defaultRequest(request);
}

function defaultRequest(request: Request): void {
  request.allocationMode ??= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ??= 1;
}
