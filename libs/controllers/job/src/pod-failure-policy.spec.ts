import type { Pod, PodFailurePolicyRule } from '@keelson/api';
import { judgeFailure } from './pod-failure-policy';

const pod = (exitCodes: Readonly<Record<string, number>>) =>
  ({
    metadata: { namespace: 'ns', name: 'p' },
    status: {
      containerStatuses: Object.entries(exitCodes).map(([name, exitCode]) => ({ name, state: { terminated: { exitCode } } })),
      conditions: [{ type: 'DisruptionTarget', status: 'True' }],
    },
  }) as unknown as Pod;

const judge = (rules: PodFailurePolicyRule[], of = pod({ main: 3, side: 0 })) => judgeFailure({ rules }, of);

describe('judgeFailure', () => {
  it('goes by the first rule that matches', () => {
    const rules = [3, 4].map((code) => ({ action: code === 3 ? 'Count' : 'FailJob', onExitCodes: { operator: 'In', values: [code] } }));
    expect(judge(rules)).toEqual({ action: 'Count', message: undefined, counts: true });
    expect(judge(rules, pod({ main: 4 })).message).toContain('failed with exit code 4 matching FailJob rule at index 1');
    expect(judge(rules, pod({ main: 5 }))).toEqual({ action: undefined, message: undefined, counts: true });
  });

  it('never takes a container that succeeded, or another than the one named', () => {
    const notIn = (containerName?: string) => [
      { action: 'FailIndex', onExitCodes: { operator: 'NotIn', values: [3], ...(containerName === undefined ? {} : { containerName }) } },
    ];
    expect(judge(notIn()).action).toBeUndefined();
    expect(judge(notIn(), pod({ main: 9 })).action).toBe('FailIndex');
    expect(judge(notIn('side'), pod({ main: 9, side: 0 })).action).toBeUndefined();
  });

  it('finds a condition by type and status', () => {
    const rule = (status: string) => [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status }] }];
    expect(judge(rule('True')).message).toBe('Pod ns/p has condition DisruptionTarget matching FailJob rule at index 0');
    expect(judge(rule('False')).action).toBeUndefined();
  });
});
