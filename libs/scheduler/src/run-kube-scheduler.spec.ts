import { eventsGroupEvents, nodes, pods } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { createMetricsRegistry, silentLogger, versionInfo } from '@keelson/component-base';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { DEFAULT_SCHEDULER_CONFIG } from './config/scheduler-config';
import { runKubeScheduler } from './run-kube-scheduler';
import { testNode, testPod } from './testing/objects';

/** Lets what waits on nothing but other promises and immediates come to its end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

function start() {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const abort = new AbortController();
  const metrics = createMetricsRegistry(process, versionInfo(process));
  const deps = { client: api, eventClient: api, clock, log: silentLogger, metrics, random: () => 0, signal: abort.signal };
  const running = runKubeScheduler(DEFAULT_SCHEDULER_CONFIG, deps);
  const stop = async () => {
    abort.abort();
    await running;
    expect(clock.pending).toBe(0);
  };
  return { api, stop };
}

describe('runKubeScheduler', () => {
  it('tells of what it decides as the default scheduler, until it is stopped, and leaves no timer behind', async () => {
    const { api, stop } = start();
    api.add(nodes, testNode('n'));
    api.add(pods, testPod('a', { nodeSelector: { no: 'such' } }));
    await settled();
    expect(api.all(eventsGroupEvents)).toMatchObject([
      {
        type: 'Warning',
        reason: 'FailedScheduling',
        action: 'Scheduling',
        note: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
        regarding: { name: 'a', namespace: 'default' },
        reportingController: 'default-scheduler',
        reportingInstance: expect.stringMatching(/^default-scheduler-./) as string,
      },
    ]);
    await stop();
  });
});
