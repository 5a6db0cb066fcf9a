import tableColumns from '../schema/table-columns.json';
import { conversions, kinds } from './kinds';

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly priority?: number;
}

const facts = tableColumns as Readonly<Record<string, readonly ColumnFacts[]>>;
const nameOf = ({ group, version, resource }: Pick<(typeof kinds)[number]['resource'], 'group' | 'version' | 'resource'>) =>
  `${group === '' ? 'core' : group}/${version}/${resource}`;

describe('the kinds', () => {
  it.each(kinds.filter(({ columns }) => columns !== undefined).map((kind) => [nameOf(kind.resource), kind] as const))(
    'of %s have the columns that upstream prints',
    (name, { columns }) => {
      const declared = columns?.map(({ name, type, format, priority }) => ({
        name,
        type,
        ...(format === undefined ? {} : { format }),
        ...(priority === undefined ? {} : { priority }),
      }));
      expect(declared).toEqual(facts[name]);
    },
  );

  it('declare columns wherever upstream prints more than a name and an age', () => {
    const known = new Set(
      [...kinds.filter(({ columns }) => columns !== undefined), ...conversions].map(({ resource }) => nameOf(resource)),
    );
    const others = Object.entries(facts).filter(([name]) => !known.has(name));
    expect(others.filter(([, columns]) => columns.map(({ name }) => name).join() !== 'Name,Age')).toEqual([]);
  });

  it('are declared once each', () => {
    const names = kinds.map(({ resource }) => nameOf(resource));
    expect(new Set(names).size).toBe(names.length);
  });
});
