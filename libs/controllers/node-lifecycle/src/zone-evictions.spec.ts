import { FakeClock } from '@keelson/apimachinery';
import type { Node } from '@keelson/api';
import { ZoneEvictions } from './zone-evictions';

const node = (name: string, zone = ''): Node => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '', labels: { 'topology.kubernetes.io/zone': zone } },
  spec: {},
});

describe('ZoneEvictions', () => {
  it('looks at all nodes once a second, however many ask', async () => {
    const clock = new FakeClock();
    const evictions = new ZoneEvictions({ normal: 1000, secondary: 0, largeClusterSize: 50, unhealthyThreshold: 0.55 }, clock);
    const nodes = [node('a'), node('b'), node('c')];
    let looks = 0;
    const ask = () => {
      const isIll = (each: { metadata: { name: string } }) => {
        looks += 1;
        return each.metadata.name !== 'c';
      };
      return nodes.slice(0, 2).map((each) => evictions.mayEvict(each, () => nodes, isIll));
    };
    expect(ask()).toEqual([true, false]);
    expect(looks).toBe(3);
    await clock.advance(1_000);
    expect(ask()).toEqual([true, false]);
    expect(looks).toBe(6);
  });
});
