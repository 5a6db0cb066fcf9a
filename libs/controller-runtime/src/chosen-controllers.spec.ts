import { chosenControllers } from './chosen-controllers';

const ALL = [
  { name: 'job-controller' },
  { name: 'node-route-controller', alias: 'route' },
  { name: 'service-lb-controller', alias: 'service' },
];

const chosen = (...selection: string[]) => chosenControllers(ALL, selection).map(({ name }) => name);

describe('chosenControllers', () => {
  it('takes all for a star, and leaves out what is named with a minus, by either name', () => {
    expect(chosen('*')).toEqual(['job-controller', 'node-route-controller', 'service-lb-controller']);
    expect(chosen('*', '-job-controller', '-route')).toEqual(['service-lb-controller']);
  });

  it('takes only what is named without a star, in the order in which controllers start', () => {
    expect(chosen('service', 'job-controller')).toEqual(['job-controller', 'service-lb-controller']);
  });

  it('heeds the first word about a controller', () => {
    expect(chosen('route', '-route')).toEqual(['node-route-controller']);
    expect(chosen('*', '-route', 'route')).not.toContain('node-route-controller');
  });

  it('lets others be spoken of, and does not choose them', () => {
    const others = [{ name: 'ttl-controller', alias: 'ttl' }];
    const choose = (...selection: string[]) => chosenControllers(ALL, selection, others).map(({ name }) => name);
    expect(choose('job-controller', 'ttl')).toEqual(['job-controller']);
    expect(choose('*', '-ttl-controller')).toHaveLength(3);
  });

  it('refuses a name that there is not, and says which there are', () => {
    expect(() => chosen('*', '-servce')).toThrow(
      '"servce" is not in the list of known controllers: job-controller, node-route-controller, service-lb-controller',
    );
  });
});
