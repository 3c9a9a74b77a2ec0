import { describe, expect, it } from 'vitest';
import { clientAddressOf, type ForwardedHeader } from './client-address.ts';

const REMOTE = '10.0.0.9';
const from = (value: string | undefined, count: number, header: ForwardedHeader = 'x-forwarded-for') =>
  clientAddressOf(
    { headers: value === undefined ? {} : { [header]: value }, remoteAddress: REMOTE },
    { count, header },
  );

describe('the address of a client', () => {
  it('is where the connection comes from, whatever the client says, when no proxy is ours', () => {
    expect(from('203.0.113.5', 0)).toBe(REMOTE);
    expect(from('for=203.0.113.5', 0, 'forwarded')).toBe(REMOTE);
  });

  it('is what our outermost proxy saw', () => {
    expect(from('203.0.113.5', 1)).toBe('203.0.113.5');
    expect(from('made-up, 203.0.113.5, 10.0.0.1', 2)).toBe('203.0.113.5');
    expect(from('192.0.2.1, 203.0.113.5', 1)).toBe('203.0.113.5');
  });

  it.each([
    ['203.0.113.5:4711', '203.0.113.5'],
    ['2001:db8::5', '2001:db8::5'],
    ['[2001:db8::5]', '2001:db8::5'],
    ['[2001:db8::5]:4711', '2001:db8::5'],
    ['"[2001:db8::5]:4711"', '2001:db8::5'],
    ['"203.0.113.5:4711"', '203.0.113.5'],
    ['::ffff:203.0.113.5', '::ffff:203.0.113.5'],
    ['  203.0.113.5  ', '203.0.113.5'],
  ])('is read as proxies write it: %s', (entry, address) => {
    expect(from(`192.0.2.1, ${entry}`, 1)).toBe(address);
  });

  it.each([
    ['for=203.0.113.5', '203.0.113.5'],
    ['For="203.0.113.5:4711";proto=https;by=10.0.0.1', '203.0.113.5'],
    ['proto=https;for="[2001:db8::5]:4711";host="shop.example:443"', '2001:db8::5'],
  ])('is read from Forwarded where that is the header of our proxies: %s', (element, address) => {
    expect(from(`for=192.0.2.1, ${element}`, 1, 'forwarded')).toBe(address);
    expect(from(`${element}, for=10.0.0.1`, 2, 'forwarded')).toBe(address);
  });

  it('is where the connection comes from when the header is missing, or its entry is no address', () => {
    for (const value of [
      undefined,
      'not an address',
      'unknown',
      '_hidden',
      '203.0.113.5:port',
      '[203.0.113.5]',
      '300.1.1.1:80',
      '"203.0.113.5',
      '203.0.113.5, ',
    ])
      expect(from(value, 1)).toBe(REMOTE);
    expect(from('203.0.113.5', 2)).toBe(REMOTE);
    for (const value of ['for=unknown', 'for=_hidden', 'proto=https', '203.0.113.5', 'for="203.0.113.5'])
      expect(from(value, 1, 'forwarded')).toBe(REMOTE);
  });

  it('is never what a client wrote, also where it wrote half of a quoted string', () => {
    const SEEN = '203.0.113.5';
    for (const forged of ['6.6.6.6', '"6.6.6.6', '"6.6.6.6, ', '6.6.6.6;', '[6.6.6.6', '6.6.6.6, "', '\\"'])
      expect(from(`${forged}, ${SEEN}`, 1)).toBe(SEEN);
    for (const forged of [
      'for=6.6.6.6',
      'for=6.6.6.6;x="',
      'for="6.6.6.6',
      'for="6.6.6.6;',
      '"',
      'for=6.6.6.6;by="a, b',
    ])
      expect(from(`${forged}, for=${SEEN}`, 1, 'forwarded')).toBe(SEEN);
  });

  it('is not read from the header that our proxies do not write', () => {
    const headers = { 'x-forwarded-for': '203.0.113.5', forwarded: 'for=6.6.6.6' };
    expect(clientAddressOf({ headers, remoteAddress: REMOTE }, { count: 1, header: 'x-forwarded-for' })).toBe(
      '203.0.113.5',
    );
  });
});
