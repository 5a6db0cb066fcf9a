import type { ContainerInspectInfo } from 'dockerode';
import { lifeOf } from './container-state';

const NEVER = '0001-01-01T00:00:00Z';
const Created = '2026-01-01T00:00:00Z';
const life = (state: Partial<ContainerInspectInfo['State']>) =>
  lifeOf({
    Created,
    State: {
      Running: false,
      OOMKilled: false,
      ExitCode: 0,
      Error: '',
      StartedAt: NEVER,
      FinishedAt: NEVER,
      ...state,
    } as ContainerInspectInfo['State'],
  });

describe('lifeOf', () => {
  it('leaves a container that was never started as created', () => {
    expect(life({})).toEqual({ state: 'created' });
  });

  it('dates a container that can not run by its creation, so that it can be collected', () => {
    const at = Date.parse(Created);
    expect(life({ ExitCode: 127, Error: 'no such file' })).toEqual({
      state: 'exited',
      startedAt: at,
      finishedAt: at,
      exitCode: 127,
      reason: 'ContainerCannotRun',
      message: 'no such file',
    });
  });

  it.each([
    [{ ExitCode: 0 }, 'Completed'],
    [{ ExitCode: 2 }, 'Error'],
    [{ ExitCode: 137, OOMKilled: true }, 'OOMKilled'],
  ])('gives the reason of an end with %j as %s', (state, reason) => {
    const ended = { StartedAt: '2026-01-01T00:00:01Z', FinishedAt: '2026-01-01T00:00:02.5Z', ...state };
    expect(life(ended)).toMatchObject({
      state: 'exited',
      reason,
      exitCode: state.ExitCode,
      finishedAt: Date.parse('2026-01-01T00:00:02.5Z'),
    });
  });
});
