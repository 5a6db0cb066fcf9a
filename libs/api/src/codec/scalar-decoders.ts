import { Quantity, QuantityError } from '@keelson/apimachinery';
import type { ScalarType } from '../schema/type-schema';
import { DecodeError, type DecodeContext, type FieldStep } from './decode-context';
import { canonicalMicroTime, canonicalTime } from './go-time';

/** Turns what JSON.parse made of a value into what the object holds; never called with `null`. @throws DecodeError */
export type Decode = (value: unknown, context: DecodeContext, field?: FieldStep) => unknown;

const INT32_MAX = 2 ** 31 - 1;
/** The smallest double above every int64. */
const INT64_END = 2 ** 63;

const QUANTITY_PATTERN = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/**
 * The decoder of a scalar.
 * @param goType how errors name the type
 */
export function scalarDecoder(type: ScalarType, goType: string): Decode {
  switch (type) {
    case 'string':
      return typed('string', goType);
    case 'boolean':
      return typed('boolean', goType);
    case 'double':
      return typed('number', goType);
    case 'int32':
      return integer(-INT32_MAX - 1, INT32_MAX, goType);
    case 'int64':
      return integer(-INT64_END, INT64_END - 1024, goType);
    case 'bytes':
      return decodeBytes;
    case 'quantity':
      return decodeQuantity;
    case 'time':
      return time(canonicalTime);
    case 'microTime':
      return time(canonicalMicroTime);
    case 'intOrString':
      return intOrString;
    case 'rawObject':
    case 'json':
      return (value) => value;
  }
}

const typed =
  (type: 'string' | 'boolean' | 'number', goType: string): Decode =>
  (value, context, field) => {
    if (typeof value !== type) throw context.mismatch(value, goType, field);
    return value;
  };

const integer =
  (minimum: number, maximum: number, goType: string): Decode =>
  (value, context, field) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum)
      throw context.mismatch(value, goType, field);
    return value;
  };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Stays base64 text, without the line breaks that Go lets pass. */
const decodeBytes: Decode = (value, context, field) => {
  if (typeof value !== 'string') throw context.mismatch(value, '[]uint8', field);
  if (BASE64.test(value)) return value;
  const joined = value.replaceAll(/[\r\n]/g, '');
  if (BASE64.test(joined)) return joined;
  const wrong = value.search(/[^A-Za-z0-9+/\r\n]/);
  throw new DecodeError(`illegal base64 data at input byte ${wrong < 0 ? value.length : wrong}`);
};

/** Up to three digits with a unit are canonical as they stand; nearly all quantities are that. */
const CANONICAL_QUANTITY = /^(?:0|[1-9]\d{0,2}(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?)$/;

const decodeQuantity: Decode = (value) => {
  if (typeof value !== 'string' && typeof value !== 'number') throw new DecodeError(QUANTITY_PATTERN);
  const text = String(value);
  if (CANONICAL_QUANTITY.test(text)) return text;
  try {
    return Quantity.parse(text).toString();
  } catch (cause) {
    if (cause instanceof QuantityError) throw new DecodeError(cause.message, { cause });
    throw cause;
  }
};

const time =
  (canonical: (text: string) => string): Decode =>
  (value, context, field) => {
    if (typeof value !== 'string') throw context.mismatch(value, 'string', field);
    return canonical(value);
  };

const intOrString: Decode = (value, context, field) => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > INT32_MAX) throw context.mismatch(value, 'int32', field);
  return value;
};
