import type { TypeSchema } from '../schema/type-schema';

/** What a request's body has wrong, in upstream's words; the boundary turns it into a `Status`. */
export class DecodeError extends Error {
  readonly code = 'DecodeError';
}

/** A step from an object to a value in it: a field, a place in a list, or a key of a map. */
type Step = FieldStep | number | string;

export interface FieldStep {
  readonly name: string;
  /** As Go's decoder names it, with the embedded structs before it (`VolumeSource.hostPath`). */
  readonly goName: string;
}

/** Upstream reports no more than this many unknown and duplicate fields. */
const MAX_STRICT_ERRORS = 100;

/** One decoding under way: where it stands, and the unknown fields that it has met. */
export class DecodeContext {
  /** The type whose fields are being read; Go names it in type errors. */
  type: TypeSchema | undefined;
  readonly strictErrors: string[] = [];
  readonly #path: Step[] = [];

  enter(step: Step): void {
    this.#path.push(step);
  }

  leave(): void {
    this.#path.pop();
  }

  unknownField(name: string): void {
    if (this.strictErrors.length >= MAX_STRICT_ERRORS) return;
    const error = `unknown field ${JSON.stringify(this.#pathTo(name))}`;
    if (!this.strictErrors.includes(error)) this.strictErrors.push(error);
  }

  /**
   * @param value what stands where a `goType` is expected
   * @param field the field being read, if it has not been entered
   */
  mismatch(value: unknown, goType: string, field?: FieldStep): DecodeError {
    const fields = this.#path.filter((step): step is FieldStep => typeof step === 'object');
    const names = [...fields, ...(field === undefined ? [] : [field])].map(({ goName }) => goName).join('.');
    const target = names === '' ? `Go value of type ${goType}` : `Go struct field ${this.type?.shortName ?? ''}.${names} of type ${goType}`;
    return new DecodeError(`json: cannot unmarshal ${describe(value, goType)} into ${target}`);
  }

  /** The path as strict errors print it: `spec.containers[0].foo`. */
  #pathTo(name: string): string {
    let path = '';
    for (const step of [...this.#path, name]) {
      if (typeof step === 'number') path += `[${step}]`;
      else path += (path === '' ? '' : '.') + (typeof step === 'object' ? step.name : step);
    }
    return path;
  }
}

/** Go says which number it was only where a number was due. */
function describe(value: unknown, goType: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return /^(u?int|float)/.test(goType) ? `number ${value}` : 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
