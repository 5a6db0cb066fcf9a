/** A number, or a percentage such as `25%`; `intstr.IntOrString`. */
export type IntOrString = number | string;

const PERCENT = /^([+-]?\d+)%$/;

/**
 * The number itself, or that percentage of `total`.
 * @throws RangeError if it is a string that is no percentage
 */
export function scaledValue(value: IntOrString, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = PERCENT.exec(value)?.[1];
  if (percent === undefined) {
    const why = value.endsWith('%') ? `invalid value ${JSON.stringify(value)}` : 'invalid type: string is not a percentage';
    throw new RangeError(`invalid value for IntOrString: ${why}`);
  }
  const exact = (Number(percent) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
