import { describe, expect, it, vi } from 'vitest';
import { IdentityVerifier, type VerifiedIdentity } from './identity-verifier.ts';
import type { Identity } from './identity.ts';
import { bodyHashOf, identityKey, signIdentity } from './signed-identity.ts';

const SECRET = 'a secret of the tests';
const BODY = '{"query":"{ now }"}';
const identity: Identity = { caller: null, requestId: 'request-1', remainingMs: null };
const REFUSED = expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error;

const verifierOf = (perInstance: boolean) =>
  new IdentityVerifier({ subgraph: 'product', secret: SECRET, perInstance });
const sign = (instanceId: string | null) =>
  signIdentity(identityKey('product', SECRET), identity, bodyHashOf(BODY), instanceId);
const verified = (verifier: IdentityVerifier, header: string): VerifiedIdentity => {
  const outcome = verifier.verify(header);
  if (outcome === 'misdirected') throw new Error('It is for another process.');
  return outcome;
};

describe('an identity', () => {
  const verifier = verifierOf(true);

  it('is accepted once', () => {
    const header = sign(verifier.instanceId);
    verified(verifier, header).accept(BODY);
    expect(() => verified(verifier, header).accept(BODY)).toThrow(REFUSED);
  });

  it('is accepted once of two that arrived together', () => {
    const header = sign(verifier.instanceId);
    const [first, second] = [verified(verifier, header), verified(verifier, header)];
    second.accept(BODY);
    expect(() => first.accept(BODY)).toThrow(REFUSED);
  });

  it('is not accepted with another body, and not used up by it', () => {
    const header = sign(verifier.instanceId);
    expect(() => verified(verifier, header).accept(`${BODY} `)).toThrow(REFUSED);
    verified(verifier, header).accept(BODY);
  });

  it.each([
    ['for another process', 'another'],
    ['for none', null],
  ])('that was signed %s is misdirected', (_what, instanceId) => {
    expect(verifier.verify(sign(instanceId))).toBe('misdirected');
  });

  it.each(['another', null])(
    'signed for %s is accepted once where an address has several processes',
    (id) => {
      const shared = verifierOf(false);
      const header = sign(id);
      verified(shared, header).accept(BODY);
      expect(() => verified(shared, header).accept(BODY)).toThrow(REFUSED);
    },
  );

  it('that is not genuine does not learn the id of the process', () => {
    const header = signIdentity(identityKey('product', 'another'), identity, bodyHashOf(BODY), null);
    expect(() => verifier.verify(header)).toThrow(REFUSED);
  });
});

describe('a clock that was an hour ahead and is set back', () => {
  it('makes the process accept what is signed anew, and nothing that it accepted before', () => {
    const verifier = verifierOf(true);
    const now = Date.now();
    const at = <Value>(time: number, work: () => Value): Value => {
      vi.useFakeTimers({ toFake: ['Date'], now: time });
      try {
        return work();
      } finally {
        vi.useRealTimers();
      }
    };
    const before = sign(verifier.instanceId);
    verified(verifier, before).accept(BODY);
    for (const hours of [1, 2])
      at(now + hours * 3_600_000, () => verified(verifier, sign(verifier.instanceId)).accept(BODY));

    expect(verifier.verify(before)).toBe('misdirected');
    const anew = sign(verifier.instanceId);
    verified(verifier, anew).accept(BODY);
    expect(() => verified(verifier, anew).accept(BODY)).toThrow(REFUSED);
    expect(verifier.verify(before)).toBe('misdirected');
  });
});
