import type { Node } from '@keelson/api';
import type { Instances } from '../instances';

const { signal } = new AbortController();

/** What every {@link Instances} keeps to. @param create a cloud that has the machine `there` and no other */
export function instancesConformance(name: string, create: () => Instances): void {
  describe(`${name} as instances`, () => {
    const node = (nodeName: string, providerID?: string): Node => ({
      metadata: { name: nodeName, uid: nodeName, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: providerID === undefined ? {} : { providerID },
    });

    it('tells a machine that is there from one that is not', async () => {
      const instances = create();
      expect(await instances.exists(node('there'), signal)).toBe(true);
      expect(await instances.exists(node('gone'), signal)).toBe(false);
    });

    it('gives a machine an id by which it knows it again', async () => {
      const instances = create();
      const metadata = await instances.metadata(node('there'), signal);
      expect(metadata?.providerID).toMatch(/^[a-z]+:\/\/./);
      expect(await instances.exists(node('there', metadata?.providerID), signal)).toBe(true);
      expect(await instances.metadata(node('there', metadata?.providerID), signal)).toEqual(metadata);
    });

    it('says of a machine that runs that it is not shut down', async () => {
      expect(await create().isShutdown(node('there'), signal)).toBe(false);
    });

    it('has nothing to say about a machine that is not there', async () => {
      await expect((async () => create().metadata(node('gone'), signal))()).rejects.toThrow('instance not found');
    });
  });
}
