import { nodes } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { NodeTtlController, stepFor, TTL_ANNOTATION } from './node-ttl-controller';

describe('the node TTL controller', () => {
  it('notes the time once, and again where it was changed to something else', async () => {
    const clock = new FakeClock();
    const api = new FakeApi({ clock });
    api.add(nodes, { metadata: { name: 'n', annotations: { mine: 'x' } }, spec: {} });
    const run = await testController({ api, clock }, ({ client, informer }) => new NodeTtlController({ client, nodes: informer(nodes) }));
    for (let time = 1; time <= 2; time += 1) {
      await run.woken();
      await run.reconcile('n');
    }
    expect(api.writes).toHaveLength(1);
    api.change(nodes, { name: 'n' }, ({ metadata }) => (metadata.annotations![TTL_ANNOTATION] = 'soon'));
    await run.woken();
    await run.reconcile('n');
    expect(api.all(nodes)[0]?.metadata.annotations).toEqual({ mine: 'x', [TTL_ANNOTATION]: '0' });
    await run.stop();
  });
});

describe('stepFor', () => {
  it('rises where there are more nodes than a step holds, and falls back only when there are clearly fewer', () => {
    expect(stepFor(100, 0)).toBe(0);
    expect(stepFor(101, 0)).toBe(1);
    expect(stepFor(90, 1)).toBe(1);
    expect(stepFor(89, 1)).toBe(0);
    expect(stepFor(5000, 0)).toBe(4);
    expect(stepFor(3, 4)).toBe(0);
  });
});
