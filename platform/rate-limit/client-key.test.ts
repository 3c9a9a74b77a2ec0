import { expect, it } from 'vitest';
import { clientKeyOf } from './client-key.ts';

const caller = { userId: 'c0ffee', scopes: new Set<string>(), sessionId: null };

it('is the user of a signed-in request, and the network of any other', () => {
  expect(clientKeyOf({ caller, clientAddress: '203.0.113.5' })).toBe('user c0ffee');
  expect(clientKeyOf({ caller: null, clientAddress: '203.0.113.5' })).toBe('network 203.0.113.5');
  expect(clientKeyOf({ caller: null, clientAddress: '2001:db8:0:1::1' })).toBe('network 2001:db8:0:1::/64');
});

it('is one client for all anonymous requests whose address is not known', () => {
  expect(clientKeyOf({ caller: null })).toBe(clientKeyOf({ caller: null }));
});
