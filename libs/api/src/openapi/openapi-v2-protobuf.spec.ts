import { Reader } from 'protobufjs/minimal';
import { builtInSchemas } from '../schema/built-in-schemas';
import { openApiV2 } from './openapi-v2';
import { encodeOpenApiV2 } from './openapi-v2-protobuf';

/** The values of the fields of a message, by number, in the order in which they stand. */
function fieldsOf(message: Uint8Array): Map<number, (Uint8Array | number)[]> {
  const fields = new Map<number, (Uint8Array | number)[]>();
  const reader = Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const value = (tag & 7) === 0 ? reader.uint32() : reader.bytes();
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
  }
  return fields;
}

/** The message that is reached by taking the first value of each field number in turn. */
const at = (message: Uint8Array, ...path: number[]): Uint8Array =>
  path.reduce((inner, number) => fieldsOf(inner).get(number)?.[0] as Uint8Array, message);

const textAt = (message: Uint8Array, ...path: number[]) => Buffer.from(at(message, ...path)).toString();

describe('an OpenAPI v2 document in protobuf', () => {
  it('has its parts where gnostic’s Document message has them', () => {
    const message = encodeOpenApiV2({
      swagger: '2.0',
      definitions: {
        'a.Thing': {
          type: 'object',
          required: ['list'],
          properties: { list: { type: 'array', items: { $ref: '#/definitions/b' }, 'x-kubernetes-list-map-keys': ['name'] } },
        },
      },
    });
    const [definitions, named, value] = [9, 1, 2];
    expect(textAt(message, 1)).toBe('2.0');
    expect(textAt(message, definitions, named, 1)).toBe('a.Thing');
    const thing = at(message, definitions, named, value);
    expect(textAt(thing, 22, 1)).toBe('object');
    expect(textAt(thing, 19)).toBe('list');
    const list = at(thing, 25, named, value);
    expect(textAt(list, 23, 1, 1)).toBe('#/definitions/b');
    expect(textAt(list, 31, 1)).toBe('x-kubernetes-list-map-keys');
    expect(textAt(list, 31, 2, 2)).toBe('["name"]\n');
  });

  it('can say everything that the built-in document says', () => {
    const schemas = builtInSchemas();
    const message = encodeOpenApiV2(openApiV2({ schemas, descriptions: {}, version: '1.36' }));
    expect(fieldsOf(at(message, 8)).get(2)).toHaveLength(206);
    expect(fieldsOf(at(message, 9)).get(1)?.length).toBeGreaterThan(500);
  });

  it('is refused rather than cut short if it says more than the message can', () => {
    expect(() => encodeOpenApiV2({ swagger: '2.0', tags: [] })).toThrow("an OpenAPI v2 document can't say tags in protobuf here");
  });
});
