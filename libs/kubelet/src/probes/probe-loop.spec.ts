import { FakeClock } from '@keelson/apimachinery';
import type { Probe } from '@keelson/api';
import { ProbeLoop, type ProbeKind, type ProbeResult } from './probe-loop';

const SUCCESS: ProbeResult = { outcome: 'success' };
const FAILURE: ProbeResult = { outcome: 'failure', message: 'no' };

describe('ProbeLoop', () => {
  let clock: FakeClock;
  let answers: (ProbeResult | 'hang')[];
  let changes: string[];
  let failures: string[];
  let mayRun: boolean;

  beforeEach(() => {
    clock = new FakeClock(0);
    answers = [];
    changes = [];
    failures = [];
    mayRun = true;
  });

  function loop(kind: ProbeKind, probe: Probe) {
    const made = new ProbeLoop({
      kind,
      probe,
      clock,
      random: () => 0,
      startedAt: 0,
      mayRun: () => mayRun,
      attempt: () => {
        const answer = answers.shift() ?? SUCCESS;
        return answer === 'hang' ? new Promise(() => undefined) : Promise.resolve(answer);
      },
      onResult: () => changes.push(`${made.result} at ${clock.now()}`),
      onFailure: (message) => failures.push(message),
    });
    made.start();
    return made;
  }

  it('is not ready until the initial delay is over and the probe has succeeded', async () => {
    const readiness = loop('readiness', { initialDelaySeconds: 5 });
    await clock.advance(4_999);
    expect(readiness.result).toBe('failure');
    await clock.advance(1);
    expect(changes).toEqual(['success at 5000']);
    readiness.stop();
  });

  it('fails liveness only after failures in a row up to the threshold, and then rests', async () => {
    answers = [FAILURE, FAILURE, SUCCESS, FAILURE, FAILURE, FAILURE];
    const liveness = loop('liveness', { periodSeconds: 10, failureThreshold: 3 });
    await clock.advance(49_999);
    expect(liveness.result).toBe('success');
    await clock.advance(1);
    expect(changes).toEqual(['failure at 50000']);
    expect(failures).toHaveLength(5);
    expect(clock.pending).toBe(0);
  });

  it('counts an attempt that takes too long as a failure', async () => {
    answers = ['hang'];
    const liveness = loop('liveness', { timeoutSeconds: 2, failureThreshold: 1 });
    await clock.advance(2_000);
    expect(liveness.result).toBe('failure');
    expect(failures).toEqual(['timed out after 2s']);
  });

  it('waits for the startup probe', async () => {
    mayRun = false;
    const readiness = loop('readiness', { periodSeconds: 1 });
    await clock.advance(3_000);
    expect(changes).toEqual([]);
    mayRun = true;
    await clock.advance(1_000);
    expect(changes).toEqual(['success at 4000']);
    readiness.stop();
  });

  it('leaves no timer and tells nothing after it was stopped', async () => {
    answers = ['hang'];
    const liveness = loop('liveness', { failureThreshold: 1 });
    await clock.advance(500);
    liveness.stop();
    await clock.advance(10_000);
    expect(changes).toEqual([]);
    expect(failures).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
