import type { ReadonlyContainer } from '../pod/types';

/** A port's number, or that of the container's port of that name. @throws RangeError if it has none */
export function resolvePort(port: number | string, container: ReadonlyContainer): number {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  const number = typeof port === 'number' ? port : (named ?? Number(port));
  if (!Number.isInteger(number) || number < 1 || number > 65535)
    throw new RangeError(`container ${container.name} has no port ${JSON.stringify(port)}`);
  return number;
}
