import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { builtInSchemas } from './built-in-schemas';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const APIMACHINERY = join(__dirname, '../../../apimachinery/src');
const schemas = builtInSchemas();

/** The fields of each interface that a file of apimachinery declares. */
function interfacesIn(file: string): Map<string, string[]> {
  const source = ts.createSourceFile(file, readFileSync(join(APIMACHINERY, file), 'utf8'), ts.ScriptTarget.ESNext, true);
  return new Map(
    source.statements
      .filter(ts.isInterfaceDeclaration)
      .map((declaration) => [declaration.name.text, declaration.members.map((member) => member.name?.getText(source) ?? '').sort()]),
  );
}

/** Types that apimachinery writes by hand since its own code works on them; the schema is what they must agree with. */
describe.each([...interfacesIn('object-meta.ts'), ...interfacesIn('status.ts')])('the hand-written %s', (name, fields) => {
  const type = schemas.typeNamed(`${META}.${name}`);

  it(type === undefined ? 'is no type of the schema' : 'has the fields that the schema gives it', () => {
    if (type === undefined) expect(['KubernetesObject']).toContain(name);
    else expect(fields).toEqual(type.fields.map((field) => field.name).sort());
  });
});
