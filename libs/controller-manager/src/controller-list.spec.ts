import { chosenControllers, controllerList } from './controller-list';

const names = (...selection: string[]) => chosenControllers(selection).map(({ name }) => name);

describe('chosenControllers', () => {
  it('takes all for a star, and leaves out what is named with a minus', () => {
    expect(names('*')).toEqual(controllerList.map(({ name }) => name));
    expect(names('*', '-deployment-controller')).not.toContain('deployment-controller');
  });

  it('takes only what is named without a star', () => {
    expect(names('replicaset-controller')).toEqual(['replicaset-controller']);
  });

  it('refuses a name that there is not', () => {
    expect(() => names('*', '-deploymnt-controller')).toThrow('"deploymnt-controller" is not in the list of known controllers');
  });
});
