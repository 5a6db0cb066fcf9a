import { StatusError } from '@keelson/apimachinery';
import type { ObjectRegistry } from '../registry/object-registry';
import type { RequestInfo } from '../request/request-info';
import { serviceLocation } from './service-location';

/** Objects of the namespace `default`, by name. */
const registryOf = (objects: Readonly<Record<string, object>>): ObjectRegistry =>
  ({
    get: async ({ name, namespace }: { name: string; namespace: string }) => {
      const object = namespace === 'default' ? objects[name] : undefined;
      if (object === undefined) throw StatusError.of('NotFound', `${name} not found`);
      return { object };
    },
  }) as unknown as ObjectRegistry;

const address = (ip: string, name: string, namespace = 'default') => ({ ip, targetRef: { kind: 'Pod', name, namespace } });
const podAt = (ip: string) => ({ status: { podIPs: [{ ip }] } });

const deps = {
  services: registryOf({
    web: {
      spec: {
        ports: [
          { name: 'main', port: 80 },
          { name: 'admin', port: 81 },
        ],
      },
    },
    plain: { spec: { ports: [{ port: 80 }] } },
  }),
  endpoints: registryOf({
    web: {
      subsets: [
        { addresses: [address('10.0.0.1', 'one'), address('10.0.0.2', 'two')], ports: [{ name: 'main', port: 8080 }] },
        { addresses: [address('10.0.0.2', 'two')], ports: [{ name: 'admin', port: 9000 }] },
      ],
    },
    plain: { subsets: [{ addresses: [address('10.0.0.1', 'one')], ports: [{ port: 8080 }] }] },
    unready: { subsets: [{ notReadyAddresses: [address('10.0.0.1', 'one')], ports: [{ port: 8080 }] }] },
    forged: {
      subsets: [
        {
          addresses: [
            { ip: '169.254.169.254' },
            address('10.0.0.9', 'one'),
            address('10.0.0.1', 'gone'),
            address('10.0.0.1', 'one', 'other'),
          ],
          ports: [{ port: 80 }],
        },
      ],
    },
    empty: {},
  }),
  pods: registryOf({ one: podAt('10.0.0.1'), two: podAt('10.0.0.2') }),
};

const locate = (name: string, random = 0) =>
  serviceLocation({ ...deps, random: () => random }, { name, namespace: 'default' } as RequestInfo);

describe('serviceLocation', () => {
  it.each([
    ['web:main', 0, { scheme: 'http', host: '10.0.0.1', port: '8080' }],
    ['web:main', 0.9, { scheme: 'http', host: '10.0.0.2', port: '8080' }],
    ['web:81', 0, { scheme: 'http', host: '10.0.0.2', port: '9000' }],
    ['https:web:admin', 0, { scheme: 'https', host: '10.0.0.2', port: '9000' }],
    ['plain', 0, { scheme: 'http', host: '10.0.0.1', port: '8080' }],
    ['plain:80', 0, { scheme: 'http', host: '10.0.0.1', port: '8080' }],
  ])('leads %s (random %d) to a ready endpoint', async (id, random, expected) => {
    expect(await locate(id, random)).toEqual(expected);
  });

  it.each([
    ['web', 'no endpoints available for service "web"'],
    ['web:82', 'no service port 82 found for service "web"'],
    ['unready', 'no endpoints available for service "unready"'],
    ['empty', 'no endpoints available for service "empty"'],
    ['forged', 'no endpoints available for service "forged"'],
    ['none', 'none not found'],
  ])('has nothing for %s', async (id, message) => {
    await expect(locate(id)).rejects.toThrow(message);
  });
});
