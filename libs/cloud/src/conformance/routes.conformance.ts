import type { Routes, WantedRoute } from '../routes';

const { signal } = new AbortController();
const CLUSTER = 'kubernetes';

/** What every {@link Routes} keeps to. @param create a cloud without any routes */
export function routesConformance(name: string, create: () => Routes): void {
  describe(`${name} as routes`, () => {
    const wanted = (node: string, destinationCIDR: string): WantedRoute => ({
      nameHint: node,
      targetNode: node,
      targetNodeAddresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
      destinationCIDR,
    });

    it('lists what it made, once', async () => {
      const routes = create();
      await routes.create(CLUSTER, wanted('a', '10.244.0.0/24'), signal);
      await routes.create(CLUSTER, wanted('a', '10.244.0.0/24'), signal);
      const list = await routes.list(CLUSTER, signal);
      expect(list.map(({ destinationCIDR, targetNode }) => [targetNode, destinationCIDR])).toEqual([['a', '10.244.0.0/24']]);
    });

    it('deletes what it lists, and does not mind if it is gone', async () => {
      const routes = create();
      await routes.create(CLUSTER, wanted('a', '10.244.0.0/24'), signal);
      const [route] = await routes.list(CLUSTER, signal);
      await routes.delete(CLUSTER, route!, signal);
      await routes.delete(CLUSTER, route!, signal);
      expect(await routes.list(CLUSTER, signal)).toEqual([]);
    });
  });
}
