import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeSigningKey } from '../../../platform/config/secrets.ts';
import { parseSigningKeys } from './signing-keys.ts';

const key = makeSigningKey();
const weak = {
  ...generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({ format: 'jwk' }),
  kid: 'w',
};
const { d: _private, ...publicPart } = key;

test.each([
  ['no JSON', '{'],
  ['no keys', '{"keys":[]}'],
  ['a key without an id', JSON.stringify({ keys: [{ ...key, kid: undefined }] })],
  ['a public key', JSON.stringify({ keys: [publicPart] })],
  ['a key of another kind', JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] })],
  ['a key that is broken', JSON.stringify({ keys: [{ ...key, n: 'AQAB' }] })],
  ['a key that is too short', JSON.stringify({ keys: [weak] })],
  ['two keys of one id', JSON.stringify({ keys: [key, key] })],
])('%s stops the start, and is not quoted', (_what, secret) => {
  expect(() => parseSigningKeys(secret)).toThrow(
    /^SIGNING_KEYS is not acceptable: expected a JSON Web Key Set/,
  );
});
