import { describe, expect, it } from 'vitest';
import { Fault } from '../errors.ts';
import { identify } from './identify.ts';
import { IDENTITY_HEADER, type Caller } from './identity.ts';
import { IdentityVerifier } from './identity-verifier.ts';
import { bodyHashOf, identityKey, signIdentity } from './signed-identity.ts';

const SECRET = 'a secret of the tests';
const buyer: Caller = {
  userId: '0198c0de-0000-7000-8000-000000000001',
  scopes: new Set(),
  sessionId: null,
};
const other: Caller = { ...buyer, userId: '0198c0de-0000-7000-8000-000000000002' };
const tokens = {
  authenticate: (authorization: string | undefined) => {
    if (authorization === undefined) return null;
    if (authorization === 'Bearer good') return buyer;
    throw new Fault('UNAUTHENTICATED');
  },
};
const verifier = new IdentityVerifier({ subgraph: 'product', secret: SECRET, perInstance: true });
const identity = { caller: other, requestId: 'request-1', remainingMs: 100 };
const signed = (secret = SECRET, instanceId: string | null = verifier.instanceId) => ({
  [IDENTITY_HEADER]: signIdentity(identityKey('product', secret), identity, bodyHashOf('{}'), instanceId),
});
const UNAUTHENTICATED = expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error;

describe('where only signed identities count', () => {
  it('a signed one is accepted', async () => {
    expect(await identify(signed(), verifier, null)).toMatchObject({
      identity: { caller: other },
      isSigned: true,
    });
  });

  it.each([
    ['nothing', {}],
    ['a token', { authorization: 'Bearer good' }],
    ['an identity signed with another secret', signed('another secret')],
  ])('%s is refused', async (_what, headers) => {
    await expect(identify(headers, verifier, null)).rejects.toThrow(UNAUTHENTICATED);
  });
});

it('an identity that was signed for another process is misdirected', async () => {
  for (const accepted of [null, tokens])
    expect(await identify(signed(SECRET, 'another'), verifier, accepted)).toBe('misdirected');
});

describe('where access tokens count', () => {
  it('a good one names the caller, without a deadline', async () => {
    expect(
      await identify({ authorization: 'Bearer good', 'x-request-id': 'request-2' }, verifier, tokens),
    ).toMatchObject({
      identity: { caller: buyer, requestId: 'request-2', remainingMs: null },
      isSigned: false,
    });
  });

  it('a request without one has no caller, and a new request id where its own is not acceptable', async () => {
    expect(await identify({ 'x-request-id': 'x\n' }, verifier, tokens)).toMatchObject({
      identity: {
        caller: null,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    });
  });

  it('a bad one is refused', async () => {
    await expect(identify({ authorization: 'Bearer bad' }, verifier, tokens)).rejects.toThrow(
      UNAUTHENTICATED,
    );
  });

  it('a signed identity goes before a token, for what the services request from each other', async () => {
    const headers = { ...signed(), authorization: 'Bearer good' };
    expect(await identify(headers, verifier, tokens)).toMatchObject({ identity: { caller: other } });
  });

  it('an identity signed with another secret is refused, whatever token is beside it', async () => {
    const headers = { ...signed('another secret'), authorization: 'Bearer good' };
    await expect(identify(headers, verifier, tokens)).rejects.toThrow(UNAUTHENTICATED);
  });
});
