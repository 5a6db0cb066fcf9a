import { testProfile } from '../testing/objects';
import type { PluginSet } from './build-profile';

const filters = (plugins: Record<string, PluginSet>) => testProfile(undefined, { plugins }).filter.map(({ name }) => name);
const scores = (plugins: Record<string, PluginSet>) =>
  testProfile(undefined, { plugins }).score.map(({ plugin, weight }) => `${plugin.name} ${weight}`);
const named = (...names: string[]) => names.map((name) => ({ name }));

describe('buildProfile', () => {
  it('runs the default plugins in upstream order', () => {
    expect(filters({})).toEqual([
      'NodeUnschedulable',
      'NodeName',
      'TaintToleration',
      'NodeAffinity',
      'NodePorts',
      'NodeResourcesFit',
      'InterPodAffinity',
    ]);
  });

  it('takes a plugin out of one point, or by multiPoint out of all', () => {
    expect(scores({ score: { disabled: named('TaintToleration') } })).not.toContain('TaintToleration 3');
    expect(filters({ score: { disabled: named('TaintToleration') } })).toContain('TaintToleration');
    expect(filters({ multiPoint: { disabled: named('TaintToleration') } })).not.toContain('TaintToleration');
  });

  it('puts what a point names itself first, with its weight, and the rest after it', () => {
    expect(scores({ score: { enabled: [{ name: 'InterPodAffinity', weight: 7 }] } })).toEqual([
      'InterPodAffinity 7',
      'TaintToleration 3',
      'NodeAffinity 2',
      'NodeResourcesFit 1',
      'NodeResourcesBalancedAllocation 1',
      'ImageLocality 1',
    ]);
  });

  it('starts from nothing where all are disabled', () => {
    expect(scores({ score: { disabled: named('*'), enabled: named('NodeResourcesFit') } })).toEqual(['NodeResourcesFit 1']);
  });

  it('does not mind the name of a plugin that is not there among the disabled', () => {
    expect(filters({ multiPoint: { disabled: named('VolumeBinding') } })).toHaveLength(7);
  });

  it.each<[Record<string, PluginSet>, string]>([
    [{ filter: { enabled: named('Nothing') } }, 'plugin "Nothing" does not exist'],
    [{ filter: { enabled: named('PrioritySort') } }, 'plugin "PrioritySort" does not extend filter'],
    [{ bind: { disabled: named('*') } }, 'one bind plugin is required, but 0 are enabled'],
  ])('refuses %j', (plugins, message) => expect(() => filters(plugins)).toThrow(message));
});
