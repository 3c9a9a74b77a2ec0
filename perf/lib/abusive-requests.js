/**
 * Requests that a shop on the Internet must expect, each with the status and code of its refusal. Values differ from one request to
 * the next, so that nothing kept by an earlier one answers it.
 */

const repeated = (times, write) => Array.from({ length: times }, (_, n) => write(n)).join(' ');

/** 64 hexadecimal digits. */
const randomHash = () => repeated(64, () => Math.floor(Math.random() * 16).toString(16)).replace(/ /g, '');

const purchase = (alias, productId) =>
  `${alias}: purchase(input: { productId: "${productId}", idempotencyKey: "perf-abuse-${alias}-0000" }) { __typename }`;

const tooComplex = (write) => (context) => ({
  json: { query: write(context) },
  expected: '400 OPERATION_TOO_COMPLEX',
});

/** The signature of a token with its first character changed. */
function tampered(token) {
  const [head, claims, signature] = token.split('.');
  return [head, claims, `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`].join('.');
}

const withToken = (authorization) => ({
  json: { query: 'query ServerTime { serverTime }' },
  authorization,
  expected: '401 UNAUTHENTICATED',
});

const orders = 'orders { nodes { buyer {';

/** By name, what makes a request of `{ n, token, productId }`: a number that differs, a good token, the product on sale. */
export const ABUSIVE_REQUESTS = {
  'aliases of a field': tooComplex(({ n }) => `{ ${repeated(50, (i) => `a${n}_${i}: serverTime`)} }`),
  'aliases of a purchase': ({ n, token, productId }) => ({
    ...tooComplex(() => `mutation { ${repeated(10, (i) => purchase(`p${n}_${i}`, productId))} }`)(),
    authorization: `Bearer ${token}`,
  }),
  'a purchase without a token': ({ n, productId }) => ({
    json: { query: `mutation { ${purchase(`p${n}`, productId)} }` },
    expected: '401 UNAUTHENTICATED',
  }),
  'a token that is none': ({ n }) => withToken(`Bearer ${n}.${randomHash()}.x`),
  'a token that was tampered with': ({ token }) => withToken(`Bearer ${tampered(token)}`),
  'a token of more than 8 kB': () => withToken(`Bearer ${'a'.repeat(9000)}`),
  'a deep bomb': tooComplex(({ n }) => `{ a${n}: me ${'{ me '.repeat(3000)}`),
  'a deep operation': tooComplex(({ n }) =>
    `{ a${n}: me { ${orders.repeat(5)} ${orders} id ${'} } }'.repeat(6)} } }`.replace(/\s+/g, ' '),
  ),
  'a bomb of fragments': tooComplex(
    ({ n }) =>
      `{ a${n}: serverTime ...F0 } ${repeated(20, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F20 on Query { serverTime }`,
  ),
  'large pages of large pages': ({ n, token }) => ({
    ...tooComplex(
      () =>
        `{ a${n}: me { orders(first: 100) { nodes { buyer { orders(first: 100) { nodes { id } } } } } } }`,
    )(),
    authorization: `Bearer ${token}`,
  }),
  'a large body': () => ({
    body: `{"query":"{ serverTime }","variables":{"x":"${'x'.repeat(200000)}"}}`,
    expected: '413 PAYLOAD_TOO_LARGE',
  }),
  'a body that is no JSON': ({ n }) => ({ body: `{"query":${n}`, expected: '400 BAD_REQUEST' }),
  'nested JSON': () => ({
    body: `{"query":${'['.repeat(40000)}`,
    expected: '400 BAD_REQUEST',
  }),
  'a batch': ({ n }) => ({
    json: Array.from({ length: 50 }, (_, i) => ({ query: `{ a${n}_${i}: serverTime }` })),
    expected: '400 BAD_REQUEST',
  }),
  'an unknown persisted id': () => ({
    json: { documentId: `sha256:${randomHash()}` },
    expected: '400 PERSISTED_QUERY_NOT_FOUND',
  }),
  'an unknown hash': () => ({
    json: { extensions: { persistedQuery: { version: 1, sha256Hash: randomHash() } } },
    expected: '400 PERSISTED_QUERY_NOT_FOUND',
  }),
  'a field that there is not': ({ n }) => ({
    json: { query: `{ field${n} }` },
    expected: '400 BAD_REQUEST',
  }),
  'a mutation by GET': ({ n }) => ({
    method: 'GET',
    search: `?query=${encodeURIComponent(`mutation { a${n}: signOut { __typename } }`)}`,
    expected: '405 METHOD_NOT_ALLOWED',
  }),
};
