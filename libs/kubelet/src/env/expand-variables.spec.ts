import { expandVariables } from './expand-variables';

const variables = new Map([
  ['A', 'one'],
  ['EMPTY', ''],
]);
const expand = (text: string) => expandVariables(text, (name) => variables.get(name));

describe('expandVariables', () => {
  it.each([
    ['$(A)-$(A)', 'one-one'],
    ['[$(EMPTY)]', '[]'],
    ['$(MISSING)', '$(MISSING)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$one'],
    ['$A ${A} $', '$A ${A} $'],
    ['$(A', '$(A'],
  ])('turns %s into %s', (text, expanded) => {
    expect(expand(text)).toBe(expanded);
  });
});
