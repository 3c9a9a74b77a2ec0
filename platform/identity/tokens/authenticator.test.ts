import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ecKey,
  ed25519Key,
  goodClaims,
  keySet,
  makeToken,
  rsaKey,
  signingInput,
  USER_ID,
  type TestKey,
} from './testing/issuer.ts';
import { createAuthenticator } from './authenticator.ts';
import { fixedKeySet, type KeySet } from './key-set.ts';
import { trustedIssuers } from './trusted-issuers.ts';
import { importKeys } from './verification-key.ts';

const rsa = rsaKey('rsa');
const ec = ecKey('ec');
const ed = ed25519Key('ed');
const strange = rsaKey('rsa');
const unknown = rsaKey('unknown');
const small = rsaKey('small', 1_024);
const keys = importKeys(keySet([rsa, ec, ed, small]));

const OWN = { JWT_ISSUER: 'firstcome', JWT_AUDIENCE: 'firstcome' };
const seconds = () => Math.floor(Date.now() / 1_000);
const ended = new Set<string>();
const authenticator = createAuthenticator({
  issuers: trustedIssuers(OWN, () => fixedKeySet(keys)),
  ended: { isKnown: (sid) => ended.has(sid), check: async () => 'active' },
});

const present = async (token: string) => authenticator.authenticate(`Bearer ${token}`);
const changed = (change: Record<string, unknown>, key: TestKey = rsa) =>
  makeToken(key, { ...goodClaims(), ...change });
const without = (claim: string) =>
  makeToken(rsa, Object.fromEntries(Object.entries(goodClaims()).filter(([name]) => name !== claim)));

describe('a good token', () => {
  it.each([
    ['RS256', rsa],
    ['ES256', ec],
    ['EdDSA', ed],
  ])('signed by %s names the caller', async (_algorithm, key) => {
    const caller = await present(changed({ scope: 'a:read b:write' }, key));
    expect(caller).toEqual({
      userId: USER_ID,
      scopes: new Set(['a:read', 'b:write']),
      sessionId: 'session-1',
    });
  });

  it('may be for several audiences, and have no scope and no session', async () => {
    const { scope: _scope, sid: _sid, ...claims } = goodClaims();
    const caller = await present(makeToken(rsa, { ...claims, aud: ['other', 'firstcome'] }));
    expect(caller).toEqual({ userId: USER_ID, scopes: new Set(), sessionId: null });
  });

  it('is good at its second showing, and no longer when it has expired', async () => {
    let now = Date.now();
    const clocked = createAuthenticator({
      issuers: trustedIssuers(OWN, () => fixedKeySet(keys)),
      ended: { isKnown: () => false, check: async () => 'active' },
      now: () => now,
    });
    const header = `Bearer ${changed({ exp: seconds() + 60 })}`;
    await clocked.authenticate(header);
    expect(clocked.authenticate(header)).toMatchObject({ userId: USER_ID });
    now += 61_000;
    expect(() => clocked.authenticate(header)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error,
    );
  });

  it('is refused from the moment in which its session ends', async () => {
    const token = changed({ sid: 'ends' });
    await present(token);
    ended.add('ends');
    await expect(present(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('an algorithm', () => {
  const pairs = {
    rsa: rsaKey('k'),
    p384: ecKey('k', 'P-384'),
    p521: ecKey('k', 'P-521'),
    ed: ed25519Key('k'),
  };
  const accepts = async (key: TestKey, alg: string, published: Record<string, unknown>) => {
    const { alg: _alg, ...jwk } = key.publicJwk;
    const some = createAuthenticator({
      issuers: trustedIssuers(OWN, () => fixedKeySet(importKeys({ keys: [{ ...jwk, ...published }] }))),
      ended: { isKnown: () => false, check: async () => 'active' },
    });
    const token = makeToken(key, goodClaims(), { alg });
    return Promise.resolve(some.authenticate(`Bearer ${token}`)).then(
      () => true,
      () => false,
    );
  };

  it.each([
    ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, pairs.rsa] as const),
    ['ES384', pairs.p384],
    ['ES512', pairs.p521],
    ['EdDSA', pairs.ed],
    ['Ed25519', pairs.ed],
  ] as const)('%s is accepted by a key that names it, and by one that names none', async (alg, key) => {
    expect(await accepts(key, alg, { alg })).toBe(true);
    expect(await accepts(key, alg, {})).toBe(true);
  });

  it.each([
    ['RS256', pairs.rsa, { alg: 'RS512' }],
    ['PS256', pairs.rsa, { alg: 'RS256' }],
    ['RS256', pairs.rsa, { alg: 'RSA-OAEP' }],
    ['RS256', pairs.rsa, { use: 'enc' }],
    ['RS256', pairs.rsa, { key_ops: ['wrapKey'] }],
    ['ES256', pairs.p384, {}],
    ['HS256', pairs.rsa, { alg: 'HS256' }],
    ['none', pairs.ed, {}],
    ['toString', pairs.rsa, {}],
  ] as const)('%s is not accepted by a key that is for something else: %#', async (alg, key, published) => {
    expect(await accepts(key, alg, published)).toBe(false);
  });

  it('has one key with two names where it is Ed25519', async () => {
    expect(await accepts(pairs.ed, 'Ed25519', { alg: 'EdDSA' })).toBe(true);
    expect(await accepts(pairs.ed, 'EdDSA', { alg: 'Ed25519' })).toBe(true);
  });
});

describe('a good token', () => {
  it.each([
    ['of the profile for access tokens (RFC 9068)', makeToken(rsa, goodClaims(), { typ: 'at+jwt' })],
    ['of that profile with its long name', makeToken(rsa, goodClaims(), { typ: 'application/AT+JWT' })],
    ['without a type', makeToken(rsa, goodClaims(), { typ: undefined })],
    ['of Keycloak before 25, which has a nonce', changed({ typ: 'Bearer', nonce: 'n-1' })],
    ['issued by a clock that is an hour ahead', changed({ iat: seconds() + 3_600 })],
    ['valid from a time on that is a minute ahead', changed({ nbf: seconds() + 55 })],
    ['of eight kilobytes', changed({ groups: 'x'.repeat(5_600) })],
    ['with scopes in a list', changed({ scope: ['a:read', 'b:write'] })],
  ])('%s is accepted', async (_what, token) => {
    expect(await present(token)).toMatchObject({ userId: USER_ID });
  });

  it('has the scopes of scope and scp, as text or as lists', async () => {
    const caller = await present(changed({ scope: 'a:read', scp: ['b:write', 'not one', 'a\r\nb'] }));
    expect(caller?.scopes).toEqual(new Set(['a:read', 'b:write']));
  });

  it('is verified again when its key is not published any more', async () => {
    let published = importKeys(keySet([rsa]));
    const keySetNow: KeySet = {
      find: (keyId) => published.get(keyId),
      isCurrent: (keyId, key) => published.get(keyId) === key,
    };
    const some = createAuthenticator({
      issuers: trustedIssuers(OWN, () => keySetNow),
      ended: { isKnown: () => false, check: async () => 'active' },
    });
    const header = `Bearer ${changed({})}`;
    await some.authenticate(header);
    expect(some.authenticate(header)).toMatchObject({ userId: USER_ID });
    published = importKeys(keySet([ec]));
    await expect(some.authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('no token', () => {
  // The auth links of clients write an empty text where there is no token.
  it.each([undefined, '', ' ', '   ', '\t'])('is an anonymous request: the header %j', (header) => {
    expect(authenticator.authenticate(header)).toBeNull();
  });
});

describe('a bad token is UNAUTHENTICATED:', () => {
  const publicPem = importedPem(rsa);
  const [header, payload, signature] = changed({}).split('.') as [string, string, string];
  const otherPayload = Buffer.from(JSON.stringify({ ...goodClaims(), scope: 'stock:write' })).toString(
    'base64url',
  );

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['three parts of garbage', 'a.b.c'],
    ['a fourth part', `${header}.${payload}.${signature}.${signature}`],
    ['truncated', `${header}.${payload}.${signature.slice(0, -8)}`],
    ['no signature', `${header}.${payload}.`],
    ['another payload', `${header}.${otherPayload}.${signature}`],
    ['signed by another key under a known key id', makeToken(strange)],
    ['of an unknown key id', makeToken(unknown)],
    ['no key id', makeToken(rsa, goodClaims(), { kid: undefined })],
    ['a key id that is an object', makeToken(rsa, goodClaims(), { kid: { a: 1 } })],
    ['with a key of its own', makeToken(unknown, goodClaims(), { jwk: unknown.publicJwk })],
    [
      'with a key of its own under our key id',
      makeToken(strange, goodClaims(), { kid: 'rsa', jwk: strange.publicJwk }),
    ],
    ['by a key that is too short', makeToken(small)],
    ['alg none', `${signingInput({ alg: 'none', kid: 'rsa' }, goodClaims())}.`],
    ['alg none with a signature', `${signingInput({ alg: 'none', kid: 'rsa' }, goodClaims())}.${signature}`],
    ['alg NoNe', `${signingInput({ alg: 'NoNe', kid: 'rsa' }, goodClaims())}.AA`],
    ['HS256 by the public key', hs256(publicPem)],
    ['the algorithm of another key', makeToken(ec, goodClaims(), { alg: 'ES256', kid: 'rsa' })],
    ['another algorithm of the same key', makeToken(rsa, goodClaims(), { alg: 'PS256' })],
    ['an algorithm that is no string', makeToken(rsa, goodClaims(), { alg: ['RS256'] })],
    ['a critical extension', makeToken(rsa, goodClaims(), { crit: ['exp'] })],
    ['a type that is no text', makeToken(rsa, goodClaims(), { typ: ['JWT'] })],
    ['a logout token by its type', makeToken(rsa, goodClaims(), { typ: 'logout+jwt' })],
    ['an ID token by its type', makeToken(rsa, goodClaims(), { typ: 'id+jwt' })],
    ['a token that is bound to a proof', makeToken(rsa, goodClaims(), { typ: 'dpop+jwt' })],
    ['a refresh token of Keycloak', changed({ typ: 'Refresh' })],
    ['an ID token of Keycloak', changed({ typ: 'ID' })],
    ['an ID token of Cognito', changed({ token_use: 'id' })],
    ['an ID token with a nonce', changed({ nonce: 'n-1' })],
    ['an ID token with the hash of an access token', changed({ at_hash: 'fPlsvVszI29LU2UhDyJ9vg' })],
    ['a logout token', changed({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })],
    ['expired', changed({ exp: seconds() - 1 })],
    ['never expiring', without('exp')],
    ['expiring in words', changed({ exp: '9999999999' })],
    ['not valid yet', changed({ nbf: seconds() + 90 })],
    ['issued at no number', changed({ iat: 'now' })],
    ['of another issuer', changed({ iss: 'https://evil.example' })],
    ['of no issuer', without('iss')],
    ['for another audience', changed({ aud: 'other' })],
    ['for other audiences', changed({ aud: ['other', 'another'] })],
    ['for no audience', without('aud')],
    ['without a subject', without('sub')],
    ['about an object', changed({ sub: { id: USER_ID } })],
    ['about a list', changed({ sub: [USER_ID] })],
    ['with a line break in the subject', changed({ sub: `${USER_ID}\r\nx-admin: 1` })],
    ['with a subject that is no UUID', changed({ sub: 'admin' })],
    ['with a subject in capitals', changed({ sub: USER_ID.toUpperCase() })],
    ['with a subject of 256 characters', changed({ sub: 'a'.repeat(256) })],
    ['scopes in a list of no texts', changed({ scope: ['stock:write', 1] })],
    ['scopes in an object', changed({ scope: { 'stock:write': true } })],
    ['scopes with a line break', changed({ scope: 'a\r\nb' })],
    ['a session that is an object', changed({ sid: {} })],
    ['a session that is a pattern of keys', changed({ sid: 'a:*' })],
    ['too long', changed({ padding: 'x'.repeat(6_200) })],
    ['claims that are a list', `${signingInput({ alg: 'RS256', kid: 'rsa' }, [])}.${signature}`],
  ])('%s', async (_what, token) => {
    await expect(present(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer ', 'bearer\tx'])('the header %j', async (header) => {
    await expect((async () => authenticator.authenticate(header))()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('all of them, when there are no keys at all', async () => {
    const keyless = createAuthenticator({
      issuers: trustedIssuers(OWN, () => null),
      ended: { isKnown: () => false, check: async () => 'active' },
    });
    await expect(keyless.authenticate(`Bearer ${changed({})}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('a refusal names the check for the log', () => {
  const clients = createAuthenticator({
    issuers: trustedIssuers({ ...OWN, JWT_CLIENTS: 'shop' }, () => fixedKeySet(keys)),
    ended: { isKnown: () => false, check: async () => 'revoked' },
  });
  it.each([
    ['shape', 'garbage'],
    ['shape', makeToken(rsa, goodClaims(), { crit: ['exp'] })],
    ['issuer', changed({ iss: 'https://evil.example' })],
    ['no such key', makeToken(unknown)],
    ['algorithm', makeToken(rsa, goodClaims(), { alg: 'ES256' })],
    ['signature', makeToken(strange)],
    ['type', makeToken(rsa, goodClaims(), { typ: 'id+jwt' })],
    ['audience', changed({ aud: 'other' })],
    ['client', changed({ client_id: 'another' })],
    ['expired', changed({ client_id: 'shop', exp: seconds() - 1 })],
    ['not yet valid', changed({ client_id: 'shop', nbf: seconds() + 90 })],
    ['claim', changed({ client_id: 'shop', sub: 'admin' })],
    ['claim', changed({ client_id: 'shop', exp: 'tomorrow' })],
    ['revoked', changed({ client_id: 'shop' })],
  ])('%s: %#', async (check, token) => {
    await expect(clients.authenticate(`Bearer ${token}`)).rejects.toMatchObject({
      check,
      message: 'Sign in first: a valid access token is needed.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });
});

describe('the revocation of the session', () => {
  const checkedWith = (results: ('revoked' | 'active' | 'unknown')[]) => {
    const checks: string[] = [];
    const some = createAuthenticator({
      issuers: trustedIssuers(OWN, () => fixedKeySet(keys)),
      ended: {
        isKnown: () => false,
        check: async (sid) => {
          checks.push(sid);
          return results.shift() ?? 'active';
        },
      },
    });
    return { some, checks };
  };

  it('is checked once for a token', async () => {
    const { some, checks } = checkedWith([]);
    const header = `Bearer ${changed({})}`;
    for (let n = 0; n < 3; n++) await some.authenticate(header);
    expect(checks).toEqual(['session-1']);
  });

  it('is checked again as long as Redis does not respond', async () => {
    const { some, checks } = checkedWith(['unknown', 'unknown', 'revoked']);
    const header = `Bearer ${changed({})}`;
    for (let n = 0; n < 2; n++) await some.authenticate(header);
    await expect(some.authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(checks).toHaveLength(3);
  });

  it('is checked again after the remembered results were dropped', async () => {
    const { some, checks } = checkedWith([]);
    const header = `Bearer ${changed({})}`;
    await some.authenticate(header);
    some.forget();
    await some.authenticate(header);
    expect(checks).toHaveLength(2);
  });
});

function importedPem(key: TestKey): string {
  return importKeys(keySet([key]))
    .get('rsa')!
    .key.export({ type: 'spki', format: 'pem' })
    .toString();
}

function hs256(secret: string): string {
  const input = signingInput({ alg: 'HS256', kid: 'rsa' }, goodClaims());
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
