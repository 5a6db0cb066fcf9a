import type { Endpoints } from '../../../generated/core/v1';
import { elementsOf } from '../../../presence';

export function defaultEndpoints({ subsets }: Endpoints): void {
  for (const { ports } of elementsOf(subsets)) for (const port of elementsOf(ports)) port.protocol ??= 'TCP';
}
