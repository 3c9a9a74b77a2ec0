import { answered, type BadRequest } from './bad-request.ts';

const each = (count: number, write: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => write(n)).join(' ');
const purchase = (alias: string) =>
  `${alias}: purchase(input: {productId: "1", idempotencyKey: "key-0000-0000-0001"}) { __typename }`;
const orders = '{ buyer { orders { nodes';

export const tooMuch: Readonly<Record<string, readonly BadRequest[]>> = {
  'too much at once': answered('400 OPERATION_TOO_COMPLEX', [
    { what: '1,001 tokens', query: `{ ${'a '.repeat(1_000)} }` },
    { what: 'a field 20,000 times', query: `{ ${'me '.repeat(20_000)} }` },
    { what: 'lists within lists, 5,000 deep', query: `{ product(id: ${'['.repeat(5_000)}` },
    { what: 'selections within selections, 4,000 deep', query: '{ me '.repeat(4_000) },
    {
      what: '10,000 variables',
      query: `query (${each(10_000, (n) => `$v${n.toString(36)}:ID`)}) { serverTime }`,
    },
    { what: '5,000 directives', query: `{ serverTime ${'@a '.repeat(5_000)} }` },
    { what: '51 directives', query: `{ ${each(51, () => 'serverTime @include(if: true)')} }` },
    {
      what: '16 aliases',
      says: 'more than 15 aliases',
      query: `{ ${each(16, (n) => `a${n}: serverTime`)} }`,
    },
    {
      what: 'aliases in a fragment that is spread twice',
      says: 'aliases',
      query: `{ a: me { ...A } b: me { ...A } } fragment A on User { ${each(7, (n) => `i${n}: id`)} }`,
    },
    {
      what: 'the orders of the buyer of an order, and so on, round in a circle',
      token: 'buyer',
      says: 'User.orders inside itself more than 2 times',
      query: `{ me { orders { nodes ${`${orders} `.repeat(2)} { buyer { orders { totalCount } } } ${'}}}'.repeat(2)} } } }`,
    },
    {
      what: '13 levels',
      query: `{ me { orders { nodes ${`${orders} `.repeat(4)} { id } ${'}}}'.repeat(4)} } } }`,
    },
    {
      what: '13 levels by fragments',
      query: `{ me { ...A } } fragment A on User { orders { nodes { buyer { ...B } } } } fragment B on User { orders { nodes { buyer { ...C } } } } fragment C on User { orders { nodes { buyer { ...D } } } } fragment D on User { orders { nodes { id } } }`,
    },
    {
      what: 'a bomb of fragments: a million fields out of forty spreads',
      query: `{ ...F0 } ${each(20, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F20 on Query { serverTime }`,
    },
    {
      what: 'introspection that goes round in circles',
      query: `{ __schema { types { ${'fields { type { '.repeat(10)} name ${'} }'.repeat(10)} } } }`,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'lists of 100 within lists of 100',
      token: 'buyer',
      query: '{ me { orders(first: 100) { nodes { buyer { orders(first: 100) { nodes { id } } } } } } }',
    },
    {
      what: 'the same by a variable',
      token: 'buyer',
      query:
        'query ($n: Int!) { me { orders(first: $n) { nodes { buyer { orders(first: $n) { nodes { id } } } } } } }',
      variables: { n: 100 },
    },
    {
      what: 'the same by a variable that is called as what every object has',
      token: 'buyer',
      query:
        'query ($constructor: Int! = 100) { me { orders(first: $constructor) { nodes { buyer { orders(first: $constructor) { nodes { id } } } } } } }',
    },
    {
      what: 'a page of two thousand million',
      query: '{ products(first: 2147483647) { nodes { stock { remaining } } } }',
    },
    { what: 'two purchases', token: 'buyer', query: `mutation { ${purchase('a')} ${purchase('b')} }` },
    {
      what: '100 purchases by aliases, where so many aliases are allowed',
      to: 'roomy',
      token: 'buyer',
      says: 'one purchase only',
      query: `mutation { ${each(100, (n) => purchase(`p${n}`))} }`,
    },
    {
      what: '100 purchases in 100 fragments, where so much is allowed',
      to: 'roomy',
      token: 'buyer',
      says: 'one purchase only',
      query: `mutation { ${each(100, (n) => `...F${n}`)} } ${each(100, (n) => `fragment F${n} on Mutation { ${purchase(`p${n}`)} }`)}`,
    },
    {
      what: 'two purchases of which one is in a fragment',
      token: 'buyer',
      query: `mutation { ${purchase('a')} ...More } fragment More on Mutation { ${purchase('b')} }`,
    },
    {
      what: 'a purchase and the whole wishlist',
      token: 'buyer',
      query: `mutation { ${purchase('a')} ... { checkoutWishlist(input: {idempotencyKey: "key-0000-0000-0002"}) { __typename } } }`,
    },
  ]),

  'too often': answered('429 RATE_LIMITED', [
    {
      what: 'a field more often than its rate, by aliases',
      to: 'strict',
      query: '{ a: serverTime b: serverTime c: serverTime }',
    },
    {
      what: 'the same in a fragment',
      to: 'strict',
      query: '{ ...A b: serverTime ... { c: serverTime } } fragment A on Query { a: serverTime }',
    },
  ]),
};
