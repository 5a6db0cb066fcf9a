import { AddressPool, firstAddress } from './address-pool';

describe('AddressPool', () => {
  it('gives out every address but the first, the last and the reserved, each once', () => {
    const pool = new AddressPool('10.0.0.0/29', ['10.0.0.1']);
    expect([1, 2, 3, 4, 5].map(() => pool.take())).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(() => pool.take()).toThrow('no address left in 10.0.0.0/29');
  });

  it('gives a returned address out again last', () => {
    const pool = new AddressPool('10.0.0.0/29');
    pool.release(pool.take());
    expect(pool.take()).toBe('10.0.0.2');
  });

  it('never gives out one that an earlier process gave', () => {
    const pool = new AddressPool('10.0.0.0/30');
    pool.claim('10.0.0.1');
    expect(pool.take()).toBe('10.0.0.2');
  });

  it('counts across octets', () => {
    const pool = new AddressPool('192.168.254.0/23');
    const all = Array.from({ length: 510 }, () => pool.take());
    expect(all[254]).toBe('192.168.254.255');
    expect(all[255]).toBe('192.168.255.0');
  });

  it.each(['10.0.0.0', '10.0.0.256/24', '10.0.0.0/33', 'fd00::/64', '10.0.0.0/31'])('refuses %s', (cidr) => {
    expect(() => new AddressPool(cidr)).toThrow(cidr);
  });

  it('finds the gateway of a range that is written with any of its addresses', () => {
    expect(firstAddress('10.244.3.7/16')).toBe('10.244.0.1');
  });
});
