import { Quantity, QuantityError, quantityMilliValue, quantityValue } from './quantity';

describe('Quantity', () => {
  it.each([
    ['0', '0'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['100.5M', '100500k'],
    ['12e6', '12e6'],
    ['1E3', '1e3'],
    ['1E', '1E'],
    ['512Ki', '512Ki'],
    ['1023', '1023'],
    ['0.5Ki', '512'],
    ['1.1Ki', '1126400m'],
    ['-1.5Gi', '-1536Mi'],
    ['.5', '500m'],
    ['5.', '5'],
    ['0.0000000001', '1n'],
    ['-0.0000000001', '-1n'],
    ['1000000E', '1000000E'],
    ['16Ei', '9223372036854775807'],
    ['0.0001Ki', '102400u'],
  ])('prints %s in its canonical form %s', (text, canonical) => {
    expect(Quantity.parse(text).toString()).toBe(canonical);
  });

  it.each(['', 'abc', '1.2.3', '1K', '1mi', '.', '--1', '1e', '1 Gi', '1e99999'])('refuses %j', (text) => {
    expect(() => Quantity.parse(text)).toThrow(QuantityError);
  });

  it('rounds whole units and thousandths away from zero', () => {
    expect(Quantity.parse('1001m').value()).toBe(2);
    expect(Quantity.parse('-1001m').value()).toBe(-2);
    expect(Quantity.parse('1u').milliValue()).toBe(1);
  });

  it('adds exactly where binary floating point does not', () => {
    const sum = Array.from({ length: 10 }).reduce<Quantity>((total) => total.add(Quantity.parse('0.1')), Quantity.zero);
    expect(sum.equals(Quantity.of(1))).toBe(true);
    expect(Quantity.parse('9007199254740993').add(Quantity.of(2)).toString()).toBe('9007199254740995');
  });

  it('takes the notation of what is added to zero, and otherwise keeps its own', () => {
    expect(Quantity.zero.add(Quantity.parse('2Gi')).toString()).toBe('2Gi');
    expect(Quantity.parse('2Gi').sub(Quantity.parse('1G')).toString()).toBe('1147483648');
  });

  it('compares amounts, not notations', () => {
    expect(Quantity.parse('1Gi').compare(Quantity.parse('1G'))).toBeGreaterThan(0);
    expect(Quantity.parse('1').equals(Quantity.parse('1000m'))).toBe(true);
  });
});

describe('quantityValue and quantityMilliValue', () => {
  it.each(['2', '250m', '1Gi', '0.5', '999999999999', '1e3', '1u'])('agree with the Quantity for %s', (text) => {
    expect(quantityValue(text)).toBe(Quantity.parse(text).value());
    expect(quantityMilliValue(text)).toBe(Quantity.parse(text).milliValue());
  });
});
