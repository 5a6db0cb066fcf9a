import { selectorText } from './selector-text';

describe('selectorText', () => {
  it('shows labels in their order and what values are asked for', () => {
    const matchExpressions = [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'gone', operator: 'DoesNotExist' },
    ];
    expect(selectorText({ matchLabels: { z: '1', app: 'web' }, matchExpressions })).toBe(
      '&LabelSelector{MatchLabels:map[string]string{app: web,z: 1,},MatchExpressions:[]LabelSelectorRequirement{' +
        'LabelSelectorRequirement{Key:tier,Operator:In,Values:[a b],},LabelSelectorRequirement{Key:gone,Operator:DoesNotExist,Values:[],},},}',
    );
  });

  it('tells the selector of everything from none', () => {
    expect(selectorText({})).toBe('&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{},}');
    expect(selectorText(undefined)).toBe('nil');
  });
});
