const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A quantity as a number, exact up to 2^53; what a node can hold lies far below that.
 * @throws RangeError if `text` is not a quantity
 */
export function quantityValue(text: string): number {
  const match = /^([+-]?[0-9]*\.?[0-9]*)(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  const value = match === null ? Number.NaN : Number((match[1] ?? '') + (match[2] ?? ''));
  if (match === null || match[1] === '' || Number.isNaN(value)) throw new RangeError(`${JSON.stringify(text)} is not a quantity`);
  return value * (SUFFIXES[match[3] ?? ''] ?? 1);
}

/** Thousandths of a core, rounded up. */
export function milliCPU(text: string | undefined): number {
  return text === undefined ? 0 : Math.ceil(roundNoise(quantityValue(text) * 1000));
}

/** Whole units (bytes, pods), rounded up. */
export function wholeUnits(text: string | undefined): number {
  return text === undefined ? 0 : Math.ceil(roundNoise(quantityValue(text)));
}

export function formatMilliCPU(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** In Ki when that is exact, as upstream's kubelet reports memory and disk. */
export function formatBytes(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024}Ki` : String(bytes);
}

/** `0.1 * 1000` must not become 101 by rounding up its floating-point noise. */
const roundNoise = (value: number): number => Math.round(value * 1e6) / 1e6;
