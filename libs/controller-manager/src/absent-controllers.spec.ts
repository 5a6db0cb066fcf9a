import { absentControllers } from './absent-controllers';
import { controllerList } from './controller-list';

describe('absentControllers', () => {
  it('shares no name with the controllers that there are', () => {
    const names = [...absentControllers, ...controllerList].flatMap(({ alias, name }) => [
      ...new Set([name, ...(alias === undefined ? [] : [alias])]),
    ]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
