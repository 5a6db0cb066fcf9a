import { conditionIsTrue, setCondition } from './conditions';

const condition = (type: string, status: string, at: string) => ({ type, status, lastTransitionTime: at, message: at });

describe('setCondition', () => {
  const conditions = [condition('Ready', 'True', 'early'), condition('Other', 'True', 'early')];

  it('keeps the time of the transition while the status stays the same', () => {
    expect(setCondition(conditions, condition('Ready', 'True', 'late'))[0]).toEqual({
      ...condition('Ready', 'True', 'late'),
      lastTransitionTime: 'early',
    });
  });

  it('takes the new time when the status changes, in place', () => {
    const next = setCondition(conditions, condition('Ready', 'False', 'late'));
    expect(next.map(({ type, lastTransitionTime }) => `${type} ${lastTransitionTime}`)).toEqual(['Ready late', 'Other early']);
    expect(conditionIsTrue(next, 'Ready')).toBe(false);
    expect(conditionIsTrue(conditions, 'Ready')).toBe(true);
  });
});
