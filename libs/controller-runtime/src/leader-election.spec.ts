import { leases } from '@keelson/api';
import { FakeClock, StatusError } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { LeadershipLost, runWithLeaderElection } from './leader-election';
import { FakeApi } from './testing';

function election() {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  const leading: string[] = [];
  const candidate = (identity: string) => {
    const abort = new AbortController();
    const run = runWithLeaderElection(
      {
        client: api,
        lease: { namespace: 'kube-system', name: 'kube-scheduler' },
        identity,
        clock,
        log: silentLogger,
        recorder: { event: () => undefined },
        random: () => 0,
        signal: abort.signal,
      },
      async (signal) => {
        leading.push(identity);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    );
    return { run, abort };
  };
  return { clock, api, leading, candidate };
}

describe('runWithLeaderElection', () => {
  it('lets one candidate lead, and the next as soon as the lease is given back', async () => {
    const { clock, api, leading, candidate } = election();
    const first = candidate('a');
    await clock.advance(0);
    const second = candidate('b');
    await clock.advance(60_000);
    expect(leading).toEqual(['a']);
    first.abort.abort();
    await first.run;
    await clock.advance(2000);
    expect(leading).toEqual(['a', 'b']);
    expect(api.all(leases)[0]?.spec).toMatchObject({ holderIdentity: 'b', leaseDurationSeconds: 15, leaseTransitions: 1 });
    second.abort.abort();
    await second.run;
    expect(clock.pending).toBe(0);
  });

  it('stops the leader that cannot renew before another may take over', async () => {
    const { clock, api, leading, candidate } = election();
    const first = candidate('a');
    await clock.advance(0);
    const failed = first.run.catch((error: unknown) => error);
    api.react(({ verb, body }) => {
      if (verb === 'update' && (body as { spec: { holderIdentity: string } }).spec.holderIdentity === 'a')
        throw StatusError.of('ServiceUnavailable', 'no');
    });
    const second = candidate('b');
    await clock.advance(10_000);
    expect(await failed).toBeInstanceOf(LeadershipLost);
    expect(leading).toEqual(['a']);
    await clock.advance(7000);
    expect(leading).toEqual(['a', 'b']);
    second.abort.abort();
    await second.run;
  });
});
