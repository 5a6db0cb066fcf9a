import type { FlowSchema, FlowSchemaSpec, LimitResponse, PriorityLevelConfiguration } from '../../generated/flowcontrol/v1';
import { problems, storedMeta } from '../../testing/problems';
import { flowSchema } from './flow-schema/strategy';
import { priorityLevelConfiguration } from './priority-level-configuration/strategy';

describe('a FlowSchema', () => {
  const subjects = [{ kind: 'User', user: { name: '*' } }];
  const rule = { verbs: ['get'], apiGroups: ['*'], resources: ['pods'], namespaces: ['default'] };
  const testSchema = (spec: Partial<FlowSchemaSpec> = {}): FlowSchema => {
    const object: FlowSchema = { metadata: storedMeta(), spec: { priorityLevelConfiguration: { name: 'level' }, ...spec } };
    flowSchema.defaults?.(object);
    return object;
  };
  const on = (spec: Partial<FlowSchemaSpec>) =>
    problems((path, errors) => flowSchema.validate?.(testSchema(spec), path, errors)).map((problem) => problem.replace(/^spec\./, ''));

  it('comes late among the schemas unless it says otherwise, and never before the exempt one', () => {
    expect(testSchema().spec.matchingPrecedence).toBe(1000);
    expect(on({ matchingPrecedence: 1 })).toEqual([
      "matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    ]);
  });

  it('is about what somebody named does to something named', () => {
    expect(on({ rules: [{ subjects, resourceRules: [rule] }] })).toEqual([]);
    expect(on({ rules: [{ subjects: [] }] })).toEqual([
      'rules[0].subjects: Required value: subjects must contain at least one value',
      'rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    ]);
    const wrong = { ...rule, verbs: ['*', 'get'], namespaces: [] };
    expect(on({ rules: [{ subjects: [{ kind: 'Group', user: { name: 'x' } }], resourceRules: [wrong] }] })).toEqual([
      "rules[0].subjects[0].group: Required value: group is required when subject kind is 'Group'",
      "rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
      'rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if \'*\' is present, must not specify other verbs',
      'rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    ]);
  });

  it.each([
    ['/healthz', []],
    ['/api/*', []],
    ['/api*', ['wildcard can only do suffix matching']],
    ['api', ['must start with slash']],
    ['//api', ['must not contain double slash']],
  ])('takes %s for a path as it should', (url, expected) => {
    const found = on({ rules: [{ subjects, nonResourceRules: [{ verbs: ['*'], nonResourceURLs: [url] }] }] });
    expect(found.map((problem) => problem.split(': ').at(-1))).toEqual(expected);
  });
});

describe('a PriorityLevelConfiguration', () => {
  const testLevel = (limitResponse: LimitResponse): PriorityLevelConfiguration => {
    const object: PriorityLevelConfiguration = { metadata: storedMeta(), spec: { type: 'Limited', limited: { limitResponse } } };
    priorityLevelConfiguration.defaults?.(object);
    return object;
  };
  const on = (object: PriorityLevelConfiguration) =>
    problems((path, errors) => priorityLevelConfiguration.validate?.(object, path, errors)).map((problem) =>
      problem.replace(/^spec\./, ''),
    );

  it('deals hands of queues that a hash can tell apart', () => {
    expect(testLevel({ type: 'Queue', queuing: {} }).spec.limited).toEqual({
      nominalConcurrencyShares: 30,
      lendablePercent: 0,
      limitResponse: { type: 'Queue', queuing: { handSize: 8, queues: 64, queueLengthLimit: 50 } },
    });
    expect(on(testLevel({ type: 'Queue', queuing: {} }))).toEqual([]);
    expect(on(testLevel({ type: 'Queue', queuing: { queues: 4 } }))).toEqual([
      'limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (4)',
    ]);
    expect(on(testLevel({ type: 'Queue', queuing: { queues: 1024 } }))).toEqual([
      'limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 1024 and handSize 8 should not be greater than 60',
    ]);
  });

  it('queues or rejects, and is exempt by one name alone', () => {
    expect(on(testLevel({ type: 'Reject', queuing: {} }))).toEqual([
      'limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
    ]);
    expect(on({ metadata: storedMeta(), spec: { type: 'Exempt', limited: {} } })).toEqual([
      "type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'",
      'limited: Forbidden: must be nil if the type is not Limited',
    ]);
  });
});
