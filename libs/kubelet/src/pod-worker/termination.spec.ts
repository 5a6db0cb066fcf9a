import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { Pod } from '@keelson/api';
import { container, pod } from '../testing/fixtures';
import { ScriptedRuntime } from '../testing/scripted-runtime';
import { PodEvents } from './pod-events';
import { Termination } from './termination';

describe('Termination', () => {
  const clock = new FakeClock();
  let runtime: ScriptedRuntime;
  let events: string[];

  async function running(spec: Pod) {
    const config = {
      pod: { namespace: 'default', name: 'web', uid: 'uid-1' },
      attempt: 0,
      labels: {},
      annotations: {},
      logDirectory: '',
      linux: { hostNetwork: false },
    };
    const id = await runtime.runSandbox(config as never);
    for (const { name } of [...(spec.spec.initContainers ?? []), ...spec.spec.containers])
      await runtime.startContainer(
        await runtime.createContainer(
          id,
          { name, attempt: 0, image: name, labels: {}, annotations: {}, logPath: '' } as never,
          config as never,
        ),
      );
    runtime.calls.length = 0;
    return runtime.containers();
  }

  function termination(spec: Pod, grace: number) {
    const recorder = {
      event: (_object: unknown, _type: string, reason: string, message: string) => void events.push(`${reason}: ${message}`),
    };
    return new Termination({ runtime, clock, log: silentLogger, events: new PodEvents(recorder) }, spec, grace);
  }

  beforeEach(() => {
    runtime = new ScriptedRuntime(clock);
    events = [];
  });

  it('stops sidecars after the others, the last started first', async () => {
    const spec = pod({
      initContainers: [container('first', { restartPolicy: 'Always' }), container('second', { restartPolicy: 'Always' })],
    });
    await termination(spec, 30).run(await running(spec));
    expect(runtime.calls).toEqual(['stop web 30', 'stop second 30', 'stop first 30']);
  });

  it('counts the preStop hook against the grace period, and leaves two seconds in any case', async () => {
    const spec = pod({ containers: [container('web', { lifecycle: { preStop: { sleep: { seconds: 20 } } } })] });
    const done = termination(spec, 10).run(await running(spec));
    await clock.advance(10_000);
    await done;
    expect(runtime.calls).toEqual(['stop web 2']);
    expect(events).toContain('FailedPreStopHook: PreStopHook failed');
  });

  it('goes on when a preStop hook fails', async () => {
    const spec = pod({ containers: [container('web', { lifecycle: { preStop: { exec: { command: ['drain'] } } } })] });
    runtime.onExec = () => Promise.resolve(1);
    await termination(spec, 30).run(await running(spec));
    expect(runtime.calls).toEqual(['exec drain', 'stop web 30']);
  });

  it('leaves no time and runs no hook when the period is nothing', async () => {
    const spec = pod({ containers: [container('web', { lifecycle: { preStop: { exec: { command: ['drain'] } } } })] });
    await termination(spec, 0).run(await running(spec));
    expect(runtime.calls).toEqual(['stop web 0']);
  });

  it('kills at once what is still stopping when the period is shortened, and never lengthens it', async () => {
    const spec = pod();
    runtime.stubborn.add('web');
    const all = await running(spec);
    const ending = termination(spec, 30);
    const done = ending.run(all);
    await clock.advance(1_000);
    await ending.shorten(60);
    expect(runtime.running()).toEqual(['web']);
    await ending.shorten(0);
    await done;
    expect(runtime.calls).toEqual(['stop web 30', 'stop web 0']);
  });
});
