import { CLASS_IN, HEADER_BYTES, lowerCase, RCODE, TYPE, type Name, type Rcode, type ResourceRecord } from './protocol';

/** A pointer has 14 bits. */
const MAX_POINTER = 0x3fff;
const INITIAL_BYTES = 512;

/** SOA's timers, seconds, which only secondary servers read: CoreDNS's. */
const SOA_TIMERS = { refresh: 7200, retry: 1800, expire: 86_400 };

/**
 * Writes a message from front to back, never longer than `limit`. Names are compressed (RFC 1035, 4.1.4).
 * Invariant: `#suffixes` holds where names, and the ends of names, stand that are written whole; all lie below `#offset`.
 */
export class MessageWriter {
  /** What {@link opt} takes, which a writer's limit must leave room for. */
  static readonly OPT_BYTES = 11;
  readonly #limit: number;
  #bytes = Buffer.alloc(INITIAL_BYTES);
  #offset = HEADER_BYTES;
  readonly #suffixes = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes header and question of a query over as they are: a client checks that its question comes back letter by letter. */
  begin(headerAndQuestion: Buffer): void {
    this.#reserve(headerAndQuestion.length);
    headerAndQuestion.copy(this.#bytes);
    this.#offset = headerAndQuestion.length;
    this.#remember(HEADER_BYTES);
  }

  /** Writes as many of `records` as fit. @returns how many */
  records(records: readonly ResourceRecord[]): number {
    for (const [position, record] of records.entries()) {
      const before = this.#offset;
      this.#record(record);
      if (this.#offset <= this.#limit) continue;
      this.#offset = before;
      for (const [suffix, offset] of this.#suffixes) if (offset >= before) this.#suffixes.delete(suffix);
      return position;
    }
    return records.length;
  }

  opt({ rcode, dnssecOk, udpBytes }: { readonly rcode: Rcode; readonly dnssecOk: boolean; readonly udpBytes: number }): void {
    this.#byte(0);
    this.#word(TYPE.OPT);
    this.#word(udpBytes);
    // The upper bits of the response code, the version, the flags.
    this.#byte(rcode >> 4);
    this.#byte(0);
    this.#word(dnssecOk && rcode !== RCODE.BADVERS ? 0x8000 : 0);
    this.#word(0);
  }

  header({ flags, counts }: { readonly flags: number; readonly counts: readonly [number, number, number, number] }): void {
    this.#bytes.writeUInt16BE(flags, 2);
    for (const [position, count] of counts.entries()) this.#bytes.writeUInt16BE(count, 4 + 2 * position);
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#offset);
  }

  #record(record: ResourceRecord): void {
    this.#name(record.name);
    this.#word(TYPE[record.type]);
    this.#word(CLASS_IN);
    this.#long(record.ttl);
    const lengthOffset = this.#offset;
    this.#word(0);
    this.#data(record);
    this.#bytes.writeUInt16BE(this.#offset - lengthOffset - 2, lengthOffset);
  }

  #data(record: ResourceRecord): void {
    switch (record.type) {
      case 'A':
      case 'AAAA':
        return this.#raw(record.address);
      case 'CNAME':
      case 'NS':
      case 'PTR':
        return this.#name(record.target);
      case 'SRV':
        for (const word of [record.priority, record.weight, record.port]) this.#word(word);
        // RFC 2782 forbids compression here.
        return this.#labels(record.target);
      case 'TXT':
        this.#byte(record.text.length);
        return this.#raw(Buffer.from(record.text, 'latin1'));
      case 'SOA':
        this.#name(record.primary);
        this.#name(record.mailbox);
        for (const value of [record.serial, SOA_TIMERS.refresh, SOA_TIMERS.retry, SOA_TIMERS.expire, record.minimum]) this.#long(value);
    }
  }

  #name(name: Name): void {
    for (const [position, label] of name.entries()) {
      const suffix = suffixKey(name, position);
      const known = this.#suffixes.get(suffix);
      if (known !== undefined) return this.#word(0xc000 | known);
      if (this.#offset <= MAX_POINTER) this.#suffixes.set(suffix, this.#offset);
      this.#label(label);
    }
    this.#byte(0);
  }

  #labels(name: Name): void {
    for (const label of name) this.#label(label);
    this.#byte(0);
  }

  #label(label: string): void {
    this.#byte(label.length);
    this.#raw(Buffer.from(label, 'latin1'));
  }

  /** Notes the name that stands, uncompressed, at `offset`. */
  #remember(offset: number): void {
    const labels: string[] = [];
    const offsets: number[] = [];
    for (let at = offset, length = this.#bytes[at] ?? 0; length > 0; at += length + 1, length = this.#bytes[at] ?? 0) {
      labels.push(this.#bytes.toString('latin1', at + 1, at + 1 + length));
      offsets.push(at);
    }
    for (const [position, at] of offsets.entries()) this.#suffixes.set(suffixKey(labels, position), at);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#offset] = value;
    this.#offset += 1;
  }

  #word(value: number): void {
    this.#reserve(2);
    this.#bytes.writeUInt16BE(value, this.#offset);
    this.#offset += 2;
  }

  #long(value: number): void {
    this.#reserve(4);
    this.#bytes.writeUInt32BE(value, this.#offset);
    this.#offset += 4;
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#offset);
    this.#offset += bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#offset + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#offset);
    this.#bytes = larger;
  }
}

/** A label may hold any character but, at its length's end, none that a separator could be taken for: so each goes with its length. */
function suffixKey(name: Name, from: number): string {
  let key = '';
  for (const label of name.slice(from)) key += `${label.length}:${lowerCase(label)}`;
  return key;
}
