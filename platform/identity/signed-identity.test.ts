import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Identity } from './identity.ts';
import {
  bodyHashOf,
  identityKey,
  signBatch,
  signIdentity,
  verifyBatch,
  verifyIdentity,
} from './signed-identity.ts';

const SECRET = 'a secret of the tests';
const KEY = identityKey('product', SECRET);
const NOW = Date.UTC(2026, 0, 1);
const HASH = bodyHashOf('{}');
const identity: Identity = {
  caller: { userId: '0198c0de-0000-7000-8000-000000000001', scopes: new Set(['a', 'b']), sessionId: 's' },
  requestId: 'request-1',
  remainingMs: 1_000,
  clientAddress: '2001:db8::1',
};

const sign = (signedAt = NOW, of = identity) => signIdentity(KEY, of, HASH, 'instance-1', signedAt);

describe('a signed identity', () => {
  it('says who calls, for which body, and for which process', () => {
    expect(verifyIdentity(KEY, sign(), NOW)).toMatchObject({
      identity,
      bodyHash: HASH,
      instanceId: 'instance-1',
      expiresAt: NOW + 30_000,
    });
  });

  it('has a nonce of its own each time', () => {
    const nonces = Array.from({ length: 100 }, () => verifyIdentity(KEY, sign(), NOW)?.nonce);
    expect(new Set(nonces).size).toBe(100);
  });

  it('is a header of printable ASCII, whatever its claims hold', () => {
    const caller = { userId: 'ünïcode\n', scopes: new Set<string>(), sessionId: '"\u007f💥.' };
    const header = sign(NOW, { ...identity, caller });
    expect(header).toMatch(/^[\x20-\x7e]+$/);
    expect(verifyIdentity(KEY, header, NOW)?.identity.caller).toEqual(caller);
  });

  it.each([
    ['another secret', identityKey('product', 'another secret')],
    ['another subgraph under the same secret', identityKey('order', SECRET)],
  ])('is nothing to %s', (_what, key) => {
    expect(verifyIdentity(key, sign(), NOW)).toBeNull();
  });

  it.each([
    ['valid for 30 s', -30_000, true],
    ['not valid any longer', -30_001, false],
    ['valid where the clock of the signer is 30 s ahead', 30_000, true],
    ['not valid where it is further ahead', 30_001, false],
  ])('is %s', (_what, signedAfter, isValid) => {
    expect(verifyIdentity(KEY, sign(NOW + signedAfter), NOW) !== null).toBe(isValid);
  });

  it('is not valid with any one character changed', () => {
    const header = sign();
    for (let at = 0; at < header.length; at++) {
      const changed = `${header.slice(0, at)}${header[at] === 'A' ? 'B' : 'A'}${header.slice(at + 1)}`;
      expect(verifyIdentity(KEY, changed, NOW), changed).toBeNull();
    }
  });
});

describe('claims that are genuinely signed, but not of this form, are refused', () => {
  const claims = { x: NOW + 1_000, nonce: 'n', h: HASH, r: 'request-1' };
  const signed = (text: string) => {
    const mac = createHmac('sha256', SECRET).update(`product\n${text}`).digest('base64url');
    return verifyIdentity(KEY, `${mac}.${text}`, NOW);
  };

  it('as these would be accepted', () => {
    expect(signed(JSON.stringify(claims))).not.toBeNull();
  });

  it.each<[string, object]>([
    ['no expiry', { x: undefined }],
    ['an expiry that is no number', { x: '9999999999999' }],
    ['an expiry of null', { x: null }],
    ['an expiry in the far future', { x: NOW + 3_600_000 }],
    ['no nonce', { nonce: undefined }],
    ['an empty nonce', { nonce: '' }],
    ['no hash of the body', { h: undefined }],
    ['no request id', { r: undefined }],
    ['a user id that is no text', { u: 5 }],
    ['scopes that are no text', { u: 'u', s: ['catalog:write'] }],
    ['a remaining time that is no number', { p: '1000' }],
    ['a remaining time below zero', { p: -1 }],
    ['an instance that is no text', { to: 1 }],
  ])('%s', (_what, change) => {
    expect(signed(JSON.stringify({ ...claims, ...change }))).toBeNull();
  });

  it.each(['', '{', 'null', '[]', '"x"', '5', JSON.stringify(claims).slice(1)])('the text %j', (text) => {
    expect(signed(text)).toBeNull();
  });

  it.each([undefined, '', '.', 'x', '.'.repeat(44), 'A'.repeat(43), `${'A'.repeat(43)}.`, 'ä'.repeat(50)])(
    'the header %j',
    (header) => {
      expect(verifyIdentity(KEY, header, NOW)).toBeNull();
    },
  );
});

describe('the time that a caller still waits', () => {
  it.each([
    ['is whole at the moment of signing', 1_000, 0, 1_000],
    ['is less by what the request spent on its way', 1_000, 400, 600],
    ['is none once it is used up', 1_000, 5_000, 0],
    ['is no longer for a clock that is behind', 1_000, -3_000, 1_000],
    ['stays unsaid', null, 400, null],
  ])('%s', (_what, remainingMs, ageMs, left) => {
    const header = sign(NOW - ageMs, { ...identity, remainingMs });
    expect(verifyIdentity(KEY, header, NOW)?.identity.remainingMs).toBe(left);
  });
});

describe('the header of a batch', () => {
  const header = (signedAt = NOW) =>
    signBatch(KEY, { operations: 2, requestId: 'request-1' }, HASH, 'instance-1', signedAt);

  it('says how many operations it is for, for which body, and for which process', () => {
    expect(verifyBatch(KEY, header(), NOW)).toMatchObject({
      operations: 2,
      bodyHash: HASH,
      instanceId: 'instance-1',
      expiresAt: NOW + 30_000,
    });
  });

  it('is none of a single operation, nor the reverse', () => {
    expect(verifyIdentity(KEY, header(), NOW)).toBeNull();
    expect(verifyBatch(KEY, sign(), NOW)).toBeNull();
  });

  it('gives each operation its own identity, with less time by what the request spent on its way', () => {
    const claims = { u: 'a user', s: 'a b', i: 's', r: 'request-2', p: 1_000, b: NOW - 5_000, a: '::1' };
    expect(verifyBatch(KEY, header(NOW - 400), NOW)?.identityOf(claims)).toEqual({
      caller: { userId: 'a user', scopes: new Set(['a', 'b']), sessionId: 's' },
      requestId: 'request-2',
      remainingMs: 600,
      receivedAt: NOW - 5_000,
      clientAddress: '::1',
    });
  });

  it('is refused where the number of operations is none', () => {
    for (const operations of [0, -1, 1.5]) {
      const odd = signBatch(KEY, { operations, requestId: 'request-1' }, HASH, null, NOW);
      expect(verifyBatch(KEY, odd, NOW)).toBeNull();
      expect(verifyIdentity(KEY, odd, NOW)).toBeNull();
    }
  });
});
