const BITS = 32;

/**
 * Hands out the IPv4 addresses of a CIDR, next fit: an address just given back is the last to be given out again, so that a peer
 * that still remembers its former owner rarely meets the new one. The first address (the network's) and the last are never given out.
 */
export class AddressPool {
  readonly #first: number;
  readonly #size: number;
  readonly #cidr: string;
  /** Where the next search starts, as an offset; always in [0, size). */
  #next = 0;
  readonly #taken = new Set<string>();

  /** @param reserved addresses never to give out, such as the gateway @throws RangeError if `cidr` isn't an IPv4 range with room for a pod */
  constructor(cidr: string, reserved: readonly string[] = []) {
    const { base, prefix } = parseCidr(cidr);
    this.#cidr = cidr;
    this.#first = base + 1;
    this.#size = 2 ** (BITS - prefix) - 2;
    if (this.#size < 1) throw new RangeError(`${cidr} has no room for a pod: its prefix must be at most /30`);
    for (const address of reserved) this.#taken.add(address);
  }

  /** @throws RangeError when all are taken */
  take(): string {
    for (let tried = 0; tried < this.#size; tried += 1) {
      const address = formatAddress(this.#first + this.#next);
      this.#next = (this.#next + 1) % this.#size;
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
    throw new RangeError(`no address left in ${this.#cidr}: ${this.#size} are taken`);
  }

  /** Marks an address that was given out by an earlier process. */
  claim(address: string): void {
    this.#taken.add(address);
  }

  release(address: string): void {
    this.#taken.delete(address);
  }
}

/** The first address after the network's: by custom, the gateway. */
export function firstAddress(cidr: string): string {
  return formatAddress(parseCidr(cidr).base + 1);
}

function parseCidr(cidr: string): { readonly base: number; readonly prefix: number } {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a = -1, b = -1, c = -1, d = -1, prefix = -1] = match?.slice(1).map(Number) ?? [];
  if ([a, b, c, d].some((octet) => octet < 0 || octet > 255) || prefix < 0 || prefix > BITS)
    throw new RangeError(`${JSON.stringify(cidr)} is not an IPv4 range: it must look like 10.244.1.0/24`);
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return { base: address - (address % 2 ** (BITS - prefix)), prefix };
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
