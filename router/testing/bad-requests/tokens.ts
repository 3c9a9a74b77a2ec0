import { answered, type BadRequest } from './bad-request.ts';

const ASK = { query: '{ serverTime }' };
const BUY =
  'mutation { purchase(input: {productId: "1", idempotencyKey: "key-0000-0000-0001"}) { __typename } }';
const RESTOCK =
  'mutation { restock(input: {productId: "1", change: 1, idempotencyKey: "key-0000-0000-0001"}) { __typename } }';

/** Tokens are named here, and made in the test. All but the first eight are refused where none is needed, too. */
export const badTokens: Readonly<Record<string, readonly BadRequest[]>> = {
  'a caller without the right': answered('401 UNAUTHENTICATED', [
    { what: 'an anonymous purchase', query: BUY },
    { what: 'an anonymous purchase under another name', query: BUY.replace('purchase', 'x: purchase') },
    {
      what: 'an identity that the client gives itself',
      query: BUY,
      headers: { 'x-user-id': '1', 'x-firstcome-identity': 'e30.AAAA' },
    },
    ...['', '   '].map((authorization) => ({
      what: `a purchase with an empty token: ${JSON.stringify(authorization)}`,
      query: BUY,
      headers: { authorization },
    })),
    { what: 'a restock by a buyer', token: 'buyer', query: RESTOCK, answer: '403 FORBIDDEN' },
    ...[
      ['a purchase', BUY],
      [
        'a sign-out beside a sign-in',
        'mutation { signIn(input: {email: "a@b.example", password: "p"}) { __typename } signOut { __typename } }',
      ],
    ].map(([what, query]) => ({
      what: `${what} with a token that has expired`,
      token: 'expired',
      query: query!,
    })),
    { what: 'another scheme', headers: { authorization: 'Basic YTpi' }, ...ASK },
    { what: 'a scheme without a token', headers: { authorization: 'Bearer' }, ...ASK },
    ...[
      'no token at all',
      'expired',
      'not valid yet',
      'without an end',
      'of another issuer',
      'for another audience',
      'whose subject is missing',
      'whose subject is an object',
      'whose subject is no UUID',
      'whose subject has a line break',
      'whose subject is SQL',
      'whose scope is an object',
      'that is an ID token',
      'that is an ID token by its type',
      'that is a logout token',
      'that is a logout token by its type',
      'with alg none',
      'with HS256 by the public key',
      'with another algorithm in its header',
      'of an unknown key',
      'whose key is a path',
      'that brings its own key',
      'with a critical extension',
      'by another key of the same name',
      'that was tampered with',
      'that was cut off',
      'of more than 8 kB',
    ].map((token) => ({ what: `a token ${token}`, token, ...ASK })),
  ]),
};
