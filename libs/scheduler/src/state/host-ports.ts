/** A port that a pod takes on its node. `hostIP` 0.0.0.0 is every address. */
export interface HostPort {
  readonly protocol: string;
  readonly hostIP: string;
  readonly port: number;
}

const ANY_ADDRESS = '0.0.0.0';

/** The host ports taken on one node: how often each address holds a port. Invariant: no empty map, no count of zero. */
export class HostPorts {
  readonly #holders = new Map<string, Map<string, number>>();

  /** Takes the port once more, or gives it back. */
  count({ protocol, hostIP, port }: HostPort, sign: 1 | -1): void {
    const key = `${protocol}/${port}`;
    const addresses = this.#holders.get(key) ?? new Map<string, number>();
    const count = (addresses.get(hostIP) ?? 0) + sign;
    if (count === 0) addresses.delete(hostIP);
    else addresses.set(hostIP, count);
    if (addresses.size === 0) this.#holders.delete(key);
    else this.#holders.set(key, addresses);
  }

  /** Whether `wanted` is held, or one of the two claims the port on every address. */
  isTaken({ protocol, hostIP, port }: HostPort): boolean {
    const addresses = this.#holders.get(`${protocol}/${port}`);
    return addresses !== undefined && (hostIP === ANY_ADDRESS || addresses.has(hostIP) || addresses.has(ANY_ADDRESS));
  }
}

export function portsConflict(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.hostIP === b.hostIP || a.hostIP === ANY_ADDRESS || b.hostIP === ANY_ADDRESS);
}
