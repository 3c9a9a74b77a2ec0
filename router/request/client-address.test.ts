import { describe, expect, it } from 'vitest';
import { clientAddressOf } from './client-address.ts';

const from = (forwarded: string | undefined, trustedProxies: number) =>
  clientAddressOf(
    { headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, remoteAddress: '10.0.0.9' },
    trustedProxies,
  );

describe('the address of a client', () => {
  it('is where the connection comes from, whatever the client says, when no proxy is ours', () => {
    expect(from('203.0.113.5', 0)).toBe('10.0.0.9');
  });

  it('is what our outermost proxy saw', () => {
    expect(from('203.0.113.5', 1)).toBe('203.0.113.5');
    expect(from('made-up, 203.0.113.5, 10.0.0.1', 2)).toBe('203.0.113.5');
    expect(from('192.0.2.1, 203.0.113.5', 1)).toBe('203.0.113.5');
  });

  it('is where the connection comes from when the header is missing or none', () => {
    expect(from(undefined, 1)).toBe('10.0.0.9');
    expect(from('not an address', 1)).toBe('10.0.0.9');
    expect(from('203.0.113.5', 2)).toBe('10.0.0.9');
  });
});
