import { canonicalText, readSuffix, type QuantityFormat } from './quantity-format';

/** Every quantity is a whole number of these; what is finer is rounded away from zero, as upstream's (nano scale). */
const NANOS = 1_000_000_000n;
const NANO_DIGITS = 9;
const NANOS_PER_MILLI = 1_000_000n;
const MAX_BINARY = (2n ** 63n - 1n) * NANOS;
/** A number with a larger exponent has no use, and its digits alone would fill the memory. */
const MAX_EXPONENT = 1000;

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const FORM_MESSAGE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** A text that is no quantity; the message is upstream's. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
  readonly code = 'InvalidQuantity';
}

/**
 * An exact amount of a resource, such as `500m` of a CPU or `128Mi` of memory; immutable.
 * It remembers the notation it was written in, and prints in that notation's canonical form (k8s.io/apimachinery/pkg/api/resource).
 */
export class Quantity {
  readonly #nanos: bigint;
  readonly format: QuantityFormat;
  /** The canonical text, once known. */
  #text: string | undefined;

  private constructor(nanos: bigint, format: QuantityFormat, text?: string) {
    this.#nanos = nanos;
    this.format = format;
    this.#text = text;
  }

  static readonly zero = new Quantity(0n, 'DecimalSI', '0');

  /** @throws QuantityError if `text` is no quantity */
  static parse(text: string | number): Quantity {
    const written = String(text).trim();
    const match = FORM.exec(written);
    const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
    if (match === null || whole + fraction === '') throw new QuantityError(FORM_MESSAGE);
    const scale = readSuffix(suffix);
    if (scale === undefined || Math.abs(scale.exponent) > MAX_EXPONENT) throw new QuantityError("unable to parse quantity's suffix");
    const magnitude = nanosOf({ digits: whole + fraction, decimals: fraction.length, ...scale });
    const nanos = scale.base === 2 && magnitude > MAX_BINARY ? MAX_BINARY : magnitude;
    const format = scale.format === 'BinarySI' && nanos > 0n && nanos < NANOS ? 'DecimalSI' : scale.format;
    return new Quantity(sign === '-' ? -nanos : nanos, format);
  }

  /** A whole number of units. */
  static of(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value) * NANOS, format);
  }

  static ofMilli(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value) * NANOS_PER_MILLI, format);
  }

  get isZero(): boolean {
    return this.#nanos === 0n;
  }

  get sign(): -1 | 0 | 1 {
    return this.#nanos === 0n ? 0 : this.#nanos < 0n ? -1 : 1;
  }

  /** Whole units, rounded away from zero. Beyond 2^53 only as exact as a number is. */
  value(): number {
    return Number(divideAway(this.#nanos, NANOS));
  }

  /** Thousandths, rounded away from zero. */
  milliValue(): number {
    return Number(divideAway(this.#nanos, NANOS_PER_MILLI));
  }

  /** The amount as a number, with its fraction. */
  toNumber(): number {
    return Number(this.#nanos) / 1e9;
  }

  /** Whether it is a whole number of units. */
  get isWhole(): boolean {
    return this.#nanos % NANOS === 0n;
  }

  /** Whether it is a whole number of thousandths. */
  get isWholeMilli(): boolean {
    return this.#nanos % NANOS_PER_MILLI === 0n;
  }

  /** Keeps this notation, unless this is zero: then the other's. */
  add(other: Quantity): Quantity {
    return new Quantity(this.#nanos + other.#nanos, this.isZero ? other.format : this.format);
  }

  /** Keeps this notation, unless this is zero: then the other's. */
  sub(other: Quantity): Quantity {
    return new Quantity(this.#nanos - other.#nanos, this.isZero ? other.format : this.format);
  }

  negate(): Quantity {
    return new Quantity(-this.#nanos, this.format);
  }

  /** @returns below 0, 0, or above 0, as `this` is less than, equal to, or more than `other` */
  compare(other: Quantity): number {
    return this.#nanos < other.#nanos ? -1 : this.#nanos > other.#nanos ? 1 : 0;
  }

  /** Equal in amount; `1` equals `1000m`. */
  equals(other: Quantity): boolean {
    return this.#nanos === other.#nanos;
  }

  toString(): string {
    this.#text ??= canonicalText(this.#nanos, this.format);
    return this.#text;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** {@link Quantity.value} of a text, without a Quantity for the commonest forms. @throws QuantityError */
export function quantityValue(text: string): number {
  return PLAIN_INTEGER.test(text) ? Number(text) : Quantity.parse(text).value();
}

/** {@link Quantity.milliValue} of a text, without a Quantity for the commonest forms. @throws QuantityError */
export function quantityMilliValue(text: string): number {
  if (PLAIN_INTEGER.test(text)) return Number(text) * 1000;
  return PLAIN_MILLI.test(text) ? Number(text.slice(0, -1)) : Quantity.parse(text).milliValue();
}

/** Short enough that a thousand times it is still an exact number. */
const PLAIN_INTEGER = /^\d{1,12}$/;
const PLAIN_MILLI = /^\d{1,15}m$/;

interface Written {
  /** All digits, the fraction's included. */
  readonly digits: string;
  /** How many of them stand behind the point. */
  readonly decimals: number;
  readonly base: 2 | 10;
  readonly exponent: number;
}

function nanosOf({ digits, decimals, base, exponent }: Written): bigint {
  const unscaled = BigInt(digits) * (base === 2 ? 2n ** BigInt(exponent) : 1n);
  const shift = NANO_DIGITS - decimals + (base === 10 ? exponent : 0);
  return shift >= 0 ? unscaled * 10n ** BigInt(shift) : divideAway(unscaled, 10n ** BigInt(-shift));
}

/** Divides, rounding away from zero. */
function divideAway(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  if (dividend % divisor === 0n) return quotient;
  return dividend > 0n ? quotient + 1n : quotient - 1n;
}
