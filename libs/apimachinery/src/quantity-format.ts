/** `12Mi`, `12M`, `12e6`. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

export interface QuantityScale {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** From 10^-9 upwards, a thousandfold each. */
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const NANO_EXPONENT = -9;
const EXPONENT_FORM = /^[eE]([+-]?\d+)$/;

/** What a suffix stands for, or undefined if it is none. */
export function readSuffix(suffix: string): QuantityScale | undefined {
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix);
  if (decimal >= 0) return { base: 10, exponent: NANO_EXPONENT + 3 * decimal, format: 'DecimalSI' };
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) return { base: 2, exponent: 10 * binary, format: 'BinarySI' };
  const exponent = EXPONENT_FORM.exec(suffix)?.[1];
  return exponent === undefined ? undefined : { base: 10, exponent: Number(exponent), format: 'DecimalExponent' };
}

/**
 * The largest suffix that leaves no fraction. A binary quantity below 1024, or one with a fraction, is written in decimal notation.
 * @param nanos the amount in billionths
 */
export function canonicalText(nanos: bigint, format: QuantityFormat): string {
  if (nanos === 0n) return '0';
  const whole = nanos % 1_000_000_000n === 0n ? nanos / 1_000_000_000n : undefined;
  if (format === 'BinarySI' && whole !== undefined && (whole >= 1024n || whole <= -1024n)) return binaryText(whole);
  return decimalText(nanos, format === 'DecimalExponent');
}

function binaryText(units: bigint): string {
  let mantissa = units;
  let power = 0;
  while (power < BINARY_SUFFIXES.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    power++;
  }
  return `${mantissa}${BINARY_SUFFIXES[power]}`;
}

function decimalText(nanos: bigint, asExponent: boolean): string {
  let mantissa = nanos;
  let power = 0;
  while ((asExponent || power < DECIMAL_SUFFIXES.length - 1) && mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    power++;
  }
  if (!asExponent) return `${mantissa}${DECIMAL_SUFFIXES[power]}`;
  const exponent = NANO_EXPONENT + 3 * power;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}
