import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createKeyedHash } from '../personal-data/keyed-hash.ts';
import { createRefreshTokens, newRotationSalt } from './refresh-tokens.ts';

const tokens = createRefreshTokens(createKeyedHash('k'.repeat(32)));
const sessionId = uuidv7();

test('a token is read back as what it was made for', () => {
  const { token, hash } = tokens.make(sessionId);
  expect(tokens.read(token)).toMatchObject({ sessionId, hash });
  expect(tokens.make(sessionId).token).not.toBe(token);
});

test('a token in which any byte was changed is none', () => {
  const bytes = Buffer.from(tokens.make(sessionId).token, 'base64url');
  for (let index = 0; index < bytes.length; index++) {
    const altered = Buffer.from(bytes);
    altered[index]! ^= 1;
    expect(tokens.read(altered.toString('base64url'))).toBeNull();
  }
});

test('a token made under another key is none, nor is what never was one', () => {
  const others = createRefreshTokens(createKeyedHash('o'.repeat(32)));
  for (const text of [others.make(sessionId).token, '', 'x', 'é'.repeat(1_000), 'A'.repeat(107)])
    expect(tokens.read(text)).toBeNull();
});

test('a token has the same successor for the same salt, and another one for any other salt, token or key', () => {
  const [salt, otherSalt] = [newRotationSalt(), newRotationSalt()];
  const { token } = tokens.make(sessionId);
  const successor = tokens.read(token)!.successor(salt);
  expect(tokens.read(token)!.successor(salt)).toEqual(successor);
  expect(tokens.read(successor.token)).toMatchObject({ sessionId, hash: successor.hash });
  const others = [
    tokens.read(token)!.successor(otherSalt),
    tokens.read(tokens.make(sessionId).token)!.successor(salt),
    tokens.read(successor.token)!.successor(salt),
  ];
  for (const { token: another } of others) expect(another).not.toBe(successor.token);
});
