import { createHmac } from 'node:crypto';
import {
  ecKey,
  goodClaims,
  makeToken,
  rsaKey,
  signingInput,
  type TestKey,
} from '../../platform/identity/tokens/testing/issuer.ts';

/** Tokens by the words of `bad-requests/tokens.ts`; `buyer` and `merchant` are good ones. */
export function makeBadTokens(key: TestKey): Readonly<Record<string, string>> {
  const now = Math.floor(Date.now() / 1_000);
  const claiming = (changes: Record<string, unknown>) => makeToken(key, { ...goodClaims(), ...changes });
  const kid = key.publicJwk['kid'];
  const good = makeToken(key);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const forged = Buffer.from(JSON.stringify({ ...goodClaims(), scope: 'stock:write' })).toString('base64url');
  const byPublicKey = signingInput({ alg: 'HS256', kid }, goodClaims());
  const own = ecKey('own');

  return {
    buyer: good,
    merchant: claiming({ scope: 'catalog:write' }),
    'no token at all': 'no-token-at-all',
    expired: claiming({ iat: now - 900, exp: now - 1 }),
    'not valid yet': claiming({ nbf: now + 600 }),
    'without an end': claiming({ exp: undefined }),
    'of another issuer': claiming({ iss: 'somebody' }),
    'for another audience': claiming({ aud: 'another-shop' }),
    'whose subject is missing': claiming({ sub: undefined }),
    'whose subject is an object': claiming({ sub: { toString: 'admin' } }),
    'whose subject is no UUID': claiming({ sub: 'admin' }),
    'whose subject has a line break': claiming({
      sub: '0198c0de-0000-7000-8000-000000000001\r\nx-role: admin',
    }),
    'whose subject is SQL': claiming({ sub: "' OR 1=1 --" }),
    'whose scope is an object': claiming({ scope: { 'stock:write': true } }),
    'that is an ID token': claiming({ nonce: 'n-1' }),
    'that is an ID token by its type': makeToken(key, goodClaims(), { typ: 'id+jwt' }),
    'that is a logout token': claiming({
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    }),
    'that is a logout token by its type': makeToken(key, goodClaims(), { typ: 'logout+jwt' }),
    'with alg none': `${signingInput({ alg: 'none', kid }, goodClaims())}.`,
    'with HS256 by the public key': `${byPublicKey}.${createHmac('sha256', JSON.stringify(key.publicJwk)).update(byPublicKey).digest('base64url')}`,
    'with another algorithm in its header': makeToken(key, goodClaims(), { alg: 'ES256' }),
    'of an unknown key': makeToken(rsaKey('unknown')),
    'whose key is a path': makeToken(key, goodClaims(), { kid: '../../etc/passwd' }),
    'that brings its own key': makeToken(own, goodClaims(), { jwk: own.publicJwk }),
    'with a critical extension': makeToken(key, goodClaims(), { crit: ['b64'], b64: false }),
    'by another key of the same name': makeToken(rsaKey(String(kid))),
    'that was tampered with': `${header}.${forged}.${signature}`,
    'that was cut off': `${header}.${payload}.${signature.slice(0, -20)}`,
    'of more than 8 kB': claiming({ padding: 'x'.repeat(6_200) }),
  };
}
