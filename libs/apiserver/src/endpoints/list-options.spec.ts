import { parseListQuery, parseResourceVersion } from './list-options';

const problem = (search: string, use: 'list' | 'watch'): string => {
  try {
    parseListQuery(new URLSearchParams(search), use);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
};

describe('parseListQuery', () => {
  it.each([
    ['limit=', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['limit=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['limit=99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
  ])('refuses %s as no int64', (search, message) => {
    expect(problem(search, 'list')).toBe(message);
  });

  it('names everything that is wrong with a list, the match first', () => {
    expect(problem('sendInitialEvents=true&resourceVersionMatch=NotOlderThan', 'list')).toContain(
      '[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, sendInitialEvents: Forbidden',
    );
  });

  it('says of a watch both that its match is out of place and that it is none', () => {
    expect(problem('resourceVersionMatch=Exact', 'watch')).toContain(
      '[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "Exact"',
    );
  });
});

describe('parseResourceVersion', () => {
  it('is a bad request for a list and unclassified for a watch, as upstream answers', () => {
    const sentence = 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax';
    expect(() => parseResourceVersion('x', 'list')).toThrow(
      expect.objectContaining({ code: 400, message: `invalid resource version: ${sentence}` }) as Error,
    );
    expect(() => parseResourceVersion('x', 'watch')).toThrow(expect.objectContaining({ code: 500, message: sentence }) as Error);
  });

  it('refuses what does not fit into 64 bits', () => {
    expect(() => parseResourceVersion('99999999999999999999999', 'list')).toThrow('value out of range');
  });
});
