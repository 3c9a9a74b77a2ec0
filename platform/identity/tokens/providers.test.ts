import { describe, expect, it } from 'vitest';
import { isUuid } from '../../uuid.ts';
import type { Caller } from '../identity.ts';
import { createAuthenticator } from './authenticator.ts';
import { fixedKeySet } from './key-set.ts';
import { ecKey, keySet, makeToken, rsaKey, type TestKey } from './testing/issuer.ts';
import { providers, type Provider } from './testing/providers.ts';
import { trustedIssuers } from './trusted-issuers.ts';
import { importKeys } from './verification-key.ts';

const keys = { RS256: rsaKey('an id='), PS256: rsaKey('an id='), ES256: ecKey('an id=') } as const;
const strangers = rsaKey('an id=');

/** As a provider publishes it that names no algorithm. */
const published = ({ publicJwk: { alg: _alg, ...jwk } }: TestKey) => ({ keys: [jwk] });

const authenticatorOf = ({ settings, algorithm }: Provider) =>
  createAuthenticator({
    issuers: trustedIssuers(settings, () => fixedKeySet(importKeys(published(keys[algorithm])))),
    ended: { isKnown: () => false, check: async () => 'active' },
  });

function tokenOf(
  provider: Provider,
  change: Record<string, unknown> = {},
  key: TestKey = keys[provider.algorithm],
) {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { ...provider.claims, iat: now, exp: now + 60, ...change };
  return makeToken(key, claims, { typ: undefined, ...provider.header, alg: provider.algorithm });
}

const authenticate = async (provider: Provider, token: string): Promise<Caller | null> =>
  authenticatorOf(provider).authenticate(`Bearer ${token}`);

describe.each(providers)('a token of $name', (provider) => {
  it('is accepted with the settings of the README, and names a user by a UUID', async () => {
    const caller = await authenticate(provider, tokenOf(provider));
    expect(isUuid(caller!.userId)).toBe(true);
    expect(caller!.scopes).toEqual(new Set(provider.scopes));
    expect(caller!.sessionId !== null).toBe(provider.hasSession);
    expect(await authenticate(provider, tokenOf(provider))).toEqual(caller);
  });

  const refused: [string, string][] = [
    ['of a key that is not its provider’s', tokenOf(provider, {}, strangers)],
    ['of another issuer', tokenOf(provider, { iss: `${String(provider.claims['iss'])}x` })],
    ['for another audience', tokenOf(provider, { aud: 'another' })],
    ['that has expired', tokenOf(provider, { exp: Math.floor(Date.now() / 1_000) - 1 })],
    ...Object.entries(provider.refused).map(([what, change]): [string, string] => [
      `that is ${what}`,
      tokenOf(provider, change),
    ]),
  ];
  it.each(refused)('%s is refused', async (_what, token) => {
    await expect(authenticate(provider, token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('several issuers', () => {
  const [own, first, second] = [rsaKey('same'), rsaKey('same'), rsaKey('same')];
  const sets = [own, first, second].map((key) => fixedKeySet(importKeys(keySet([key]))));
  const authenticator = createAuthenticator({
    issuers: trustedIssuers(
      { JWT_ISSUER: 'firstcome, https://a.example, https://b.example', JWT_AUDIENCE: 'shop, a one, b' },
      (place) => sets[place]!,
    ),
    ended: { isKnown: () => false, check: async () => 'active' },
  });
  const USER = '0198c0de-0000-7000-8000-000000000001';
  const callerOf = async (key: TestKey, iss: string, aud: string, sub: string) => {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    return authenticator.authenticate(`Bearer ${makeToken(key, { iss, aud, sub, sid: USER, exp })}`);
  };

  it('have users and sessions of their own, whatever ids they give them', async () => {
    const callers = [
      await callerOf(own, 'firstcome', 'shop', USER),
      await callerOf(first, 'https://a.example', 'a', USER),
      await callerOf(second, 'https://b.example', 'b', USER),
    ];
    expect(callers[0]).toMatchObject({ userId: USER, sessionId: USER });
    expect(new Set(callers.map((caller) => caller!.userId)).size).toBe(3);
    expect(new Set(callers.map((caller) => caller!.sessionId)).size).toBe(3);
    expect(await callerOf(first, 'https://a.example', 'one', USER)).toEqual(callers[1]);
  });

  it('have keys and audiences of their own', async () => {
    const refused = { code: 'UNAUTHENTICATED' };
    await expect(callerOf(second, 'https://a.example', 'a', USER)).rejects.toMatchObject(refused);
    await expect(callerOf(second, 'firstcome', 'shop', USER)).rejects.toMatchObject(refused);
    await expect(callerOf(first, 'https://a.example', 'b', USER)).rejects.toMatchObject(refused);
    await expect(callerOf(own, 'firstcome', 'shop', 'auth0|1')).rejects.toMatchObject(refused);
  });

  it.each([
    [{ JWT_ISSUER: 'https://a.example, firstcome', JWT_AUDIENCE: 'a' }, 'firstcome must come first'],
    [{ JWT_ISSUER: 'a, b, c', JWT_AUDIENCE: 'a, b' }, 'JWT_AUDIENCE'],
    [{ JWT_ISSUER: 'a, a', JWT_AUDIENCE: 'a' }, 'JWT_ISSUER'],
    [{ JWT_ISSUER: ' ', JWT_AUDIENCE: 'a' }, 'JWT_ISSUER'],
  ])('%j stops the start', (settings, sentence) => {
    expect(() => trustedIssuers(settings, () => null)).toThrow(sentence);
  });
});

describe('a subject of the first issuer', () => {
  const key = rsaKey('k');
  const userIdOf = async (sub: unknown) => {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const authenticator = createAuthenticator({
      issuers: trustedIssuers({ JWT_ISSUER: 'https://a.example', JWT_AUDIENCE: 'a' }, () =>
        fixedKeySet(importKeys(keySet([key]))),
      ),
      ended: { isKnown: () => false, check: async () => 'active' },
    });
    const caller = await authenticator.authenticate(
      `Bearer ${makeToken(key, { iss: 'https://a.example', aud: 'a', sub, exp })}`,
    );
    return caller!.userId;
  };

  it('is mapped to one UUID of version 8, for good', async () => {
    expect(await userIdOf('auth0|507f1f77bcf86cd799439020')).toBe('65d7be48-8d1d-8437-ae8b-6977fc72d29b');
    expect(await userIdOf('7')).not.toBe(await userIdOf('07'));
    expect(await userIdOf('é'.normalize('NFC'))).not.toBe(await userIdOf('é'.normalize('NFD')));
    expect(isUuid(await userIdOf('x'.repeat(255)))).toBe(true);
  });

  it('stays as it is where it is a UUID, and cannot be one that another is mapped to', async () => {
    const uuid = '5bb4eb2a-8b5c-4d3a-9d71-1f2f3c0c9a11';
    expect(await userIdOf(uuid)).toBe(uuid);
    const mapped = await userIdOf('auth0|1');
    expect(await userIdOf(mapped)).not.toBe(mapped);
  });

  it.each(['', 'x'.repeat(256), 'a\r\nb', 'a\u0000', '\ud800', 7, null, ['a'], { id: 'a' }])(
    '%j is none',
    async (sub) => {
      await expect(userIdOf(sub)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );
});
