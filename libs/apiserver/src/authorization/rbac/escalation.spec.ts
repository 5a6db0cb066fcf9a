import { escalationProblem } from './escalation';

const user = { name: 'eve', groups: ['devs', 'system:authenticated'] };
const pods = (verbs: string[], resourceNames: string[] = []) => ({ apiGroups: [''], resources: ['pods'], verbs, resourceNames });

describe('escalationProblem', () => {
  it('names each permission that is not held, in the form of upstream', () => {
    expect(
      escalationProblem(user, [pods(['get'])], [pods(['get', 'list', 'watch']), { nonResourceURLs: ['/metrics'], verbs: ['get'] }]),
    ).toBe(
      'user "eve" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}\n{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    );
  });

  it('puts together what several held rules allow', () => {
    expect(escalationProblem(user, [pods(['get']), pods(['list'])], [pods(['get', 'list'])])).toBeUndefined();
  });

  it('lets no rule for one name cover a rule for all names, but the reverse', () => {
    expect(escalationProblem(user, [pods(['get'], ['a'])], [pods(['get'])])).toContain('not currently held');
    expect(escalationProblem(user, [pods(['get'], ['a'])], [pods(['get'], ['b'])])).toContain('ResourceNames:["b"]');
    expect(escalationProblem(user, [pods(['get'])], [pods(['get'], ['a'])])).toBeUndefined();
  });

  it('does not take a list of every verb known for the star', () => {
    expect(escalationProblem(user, [pods(['get', 'list'])], [pods(['*'])])).toContain('Verbs:["*"]');
    expect(escalationProblem(user, [pods(['*'])], [pods(['get', '*'])])).toBeUndefined();
  });

  it('covers a subresource by a star before the slash, and a path by a prefix', () => {
    const held = [
      { apiGroups: ['*'], resources: ['*/status'], verbs: ['get'] },
      { nonResourceURLs: ['/healthz/*'], verbs: ['get'] },
    ];
    expect(escalationProblem(user, held, [{ apiGroups: [''], resources: ['pods/status'], verbs: ['get'] }])).toBeUndefined();
    expect(escalationProblem(user, held, [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }])).toContain('pods/log');
    expect(escalationProblem(user, held, [{ nonResourceURLs: ['/healthz/etcd'], verbs: ['get'] }])).toBeUndefined();
    expect(escalationProblem(user, held, [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }])).toContain('/healthz');
  });
});
