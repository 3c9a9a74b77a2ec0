import { describe, expect, it } from 'vitest';
import { Fault } from '../errors.ts';
import { identify } from './identify.ts';
import { IDENTITY_HEADER, signIdentity, type Caller } from './identity.ts';

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
const signed = (secret = SECRET) => ({
  [IDENTITY_HEADER]: signIdentity(secret, { caller: other, requestId: 'request-1', patienceMs: 100 }),
});
const UNAUTHENTICATED = expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error;

describe('where only signed identities count', () => {
  it('a signed one is believed', async () => {
    expect(await identify(signed(), SECRET, null)).toMatchObject({ caller: other });
  });

  it.each([
    ['nothing', {}],
    ['a token', { authorization: 'Bearer good' }],
    ['an identity signed by somebody else', signed('another secret')],
  ])('%s is refused', async (_what, headers) => {
    await expect(identify(headers, SECRET, null)).rejects.toThrow(UNAUTHENTICATED);
  });
});

describe('where access tokens count', () => {
  it('a good one says who asks, and nothing says how long they wait', async () => {
    expect(
      await identify({ authorization: 'Bearer good', 'x-request-id': 'request-2' }, SECRET, tokens),
    ).toEqual({ caller: buyer, requestId: 'request-2', patienceMs: null });
  });

  it('nobody asks without one, under an id that is made where none makes sense', async () => {
    const identity = await identify({ 'x-request-id': 'x\n' }, SECRET, tokens);
    expect(identity.caller).toBeNull();
    expect(identity.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('a bad one is refused', async () => {
    await expect(identify({ authorization: 'Bearer bad' }, SECRET, tokens)).rejects.toThrow(UNAUTHENTICATED);
  });

  it('a signed identity goes before a token, for what the services ask of each other', async () => {
    const headers = { ...signed(), authorization: 'Bearer good' };
    expect(await identify(headers, SECRET, tokens)).toMatchObject({ caller: other });
  });

  it('an identity signed by somebody else is refused, whatever token is beside it', async () => {
    const headers = { ...signed('another secret'), authorization: 'Bearer good' };
    await expect(identify(headers, SECRET, tokens)).rejects.toThrow(UNAUTHENTICATED);
  });
});
