import type { BadRequest } from './bad-request.ts';

const BUY = 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }';
const CREATE = 'mutation ($input: CreateProductInput!) { createProduct(input: $input) { __typename } }';
const LIST = 'query ($n: Int!) { products(first: $n) { totalCount } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
const SECRET = 'hunter2-secret';

export const badDocuments: Readonly<Record<string, readonly BadRequest[]>> = {
  'a document that is not GraphQL, or not for this schema': [
    { what: 'a syntax error', query: '{ serverTime', answer: '400 BAD_REQUEST' },
    { what: 'NUL', query: '{ serverTime \0 }', answer: '400 BAD_REQUEST' },
    {
      what: 'half a character in an escape',
      query: '{ product(id: "\\uD83D") { id } }',
      answer: '400 BAD_REQUEST',
    },
    { what: 'no operation', query: 'fragment A on Product { id }', answer: '400 BAD_REQUEST' },
    { what: 'a schema', query: 'type Query { a: Int }', answer: '400 BAD_REQUEST' },
    {
      what: 'two operations and no name',
      query: 'query A { serverTime } query B { serverTime }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'two operations of one name',
      json: { query: 'query A { serverTime } query A { serverTime }', operationName: 'A' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a name that no operation has',
      json: { query: 'query A { serverTime }', operationName: 'B' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a name that every object has',
      json: { query: 'query A { serverTime }', operationName: '__proto__' },
      answer: '400 BAD_REQUEST',
    },
    { what: 'a subscription', query: 'subscription { serverTime }', answer: '400 BAD_REQUEST' },
    { what: 'a field that there is not', query: '{ nothing }', answer: '400 BAD_REQUEST' },
    {
      what: 'a field that every object has',
      query: '{ __proto__ constructor toString }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an argument that there is not',
      query: '{ serverTime(zone: "UTC") }',
      answer: '400 BAD_REQUEST',
    },
    { what: 'a directive that there is not', query: '{ serverTime @cached }', answer: '400 BAD_REQUEST' },
    { what: 'an answer in parts', query: '{ ... @defer { serverTime } }', answer: '400 BAD_REQUEST' },
    { what: 'a fragment that there is not', query: '{ ...Nothing }', answer: '400 BAD_REQUEST' },
    {
      what: 'a fragment that contains itself',
      query: '{ ...A } fragment A on Query { serverTime ...A }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a field under the name of its type',
      query: '{ product(id: "1") { __typename: price { amount } } }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a field under a name that GraphQL keeps for itself',
      query: '{ product(id: "1") { __isNode: id } }',
      answer: '400 BAD_REQUEST',
    },
    { what: 'an object without its fields', query: '{ products }', answer: '400 BAD_REQUEST' },
    { what: 'federation machinery', query: '{ _service { sdl } }', answer: '400 BAD_REQUEST' },
    {
      what: 'entities by their keys',
      query: '{ _entities(representations: []) { __typename } }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'introspection in production',
      to: 'production',
      query: '{ __schema { types { name } } }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a type by its name in production',
      to: 'production',
      query: '{ __type(name: "User") { name } }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a misspelt field in production',
      to: 'production',
      query: '{ serverTim }',
      hides: 'serverTime',
      answer: '400 BAD_REQUEST',
    },
  ],

  'values that do not fit': [
    { what: 'a variable that is missing', query: LIST, answer: '400 BAD_REQUEST' },
    {
      what: 'a variable that was not declared',
      query: '{ products(first: $n) { totalCount } }',
      answer: '400 BAD_REQUEST',
    },
    { what: 'a number in a string', query: LIST, variables: { n: '1' }, answer: '400 BAD_REQUEST' },
    { what: 'a fraction', query: LIST, variables: { n: 1.5 }, answer: '400 BAD_REQUEST' },
    { what: 'a number above 32 bits', query: LIST, variables: { n: 2 ** 31 }, answer: '400 BAD_REQUEST' },
    {
      what: 'a number above 32 bits, written out',
      query: '{ products(first: 99999999999) { totalCount } }',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a number without end',
      body: `{"query":${JSON.stringify(LIST)},"variables":{"n":1e400}}`,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'lists within lists for a number',
      body: `{"query":${JSON.stringify(LIST)},"variables":{"n":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an id that is an object',
      query: 'query ($id: ID!) { product(id: $id) { id } }',
      variables: { id: { $ne: null } },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an instant that is none',
      token: 'merchant',
      query: CREATE,
      variables: { input: { name: 'A', type: 'GENERAL', price: { amount: 1 }, opensAt: 'tomorrow' } },
      says: 'opensAt',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an instant that is none, written out',
      token: 'merchant',
      query: CREATE.replace('($input: CreateProductInput!)', '').replace(
        '$input',
        '{ name: "A", type: GENERAL, price: { amount: 1 }, opensAt: "2026-02-30T00:00:00Z" }',
      ),
      says: 'instant',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an enum value that there is not',
      query: 'query ($filter: ProductFilter) { products(filter: $filter) { totalCount } }',
      variables: { filter: { status: 'SOON' } },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an input with more than it has',
      token: 'buyer',
      query: BUY,
      variables: { input: { productId: '1', idempotencyKey: 'k', price: 1 } },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an input with a new prototype',
      token: 'buyer',
      body: `{"query":${JSON.stringify(BUY)},"variables":{"input":{"productId":"1","idempotencyKey":"k","__proto__":{"quantity":9}}}}`,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'another enum value in production',
      to: 'production',
      query: 'query ($o: ProductOrder!) { products(orderBy: $o) { totalCount } }',
      variables: { o: 'NEWES' },
      hides: 'NEWEST',
      answer: '400 BAD_REQUEST',
    },
  ],

  'a secret where it does not belong': [
    {
      what: 'a password for a number',
      query: LIST,
      variables: { n: SECRET },
      says: '"$n"',
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password in an object',
      query: SIGN_IN,
      variables: { input: { email: 'jane@shop.example', password: { value: SECRET } } },
      says: 'input.password',
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password as the name of a field',
      query: SIGN_IN,
      variables: { input: { email: 'jane@shop.example', [SECRET]: 'password' } },
      says: 'lacks "password"',
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an address beside a password that is missing',
      query: SIGN_IN,
      variables: { input: { email: 'jane@shop.example', password: null } },
      says: 'input.password',
      hides: 'jane@',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password for an enum',
      query: 'query ($o: ProductOrder!) { products(orderBy: $o) { totalCount } }',
      variables: { o: SECRET },
      says: 'ProductOrder',
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password for an instant',
      token: 'merchant',
      query: CREATE,
      variables: { input: { name: 'A', type: 'GENERAL', price: { amount: 1 }, opensAt: SECRET } },
      says: 'instant',
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password for a number, written out',
      query: `{ products(first: "${SECRET}") { totalCount } }`,
      says: 'Int',
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password without its quotation marks',
      query: 'mutation { signIn(input: { email: "jane@shop.example", password: hunter2 }) { __typename } }',
      says: 'String!',
      hides: 'hunter2',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password with a quotation mark in it',
      query: 'mutation { signIn(input: { email: "a", password: "my" hunter2 "}) { __typename } }',
      says: 'Syntax Error',
      hides: 'hunter2',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password that is the default of a variable',
      query: `query ($n: Int = "${SECRET}") { products(first: $n) { totalCount } }`,
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password for the argument of a directive',
      query: `{ serverTime @include(if: "${SECRET}") }`,
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password as the name of the operation',
      json: { query: '{ serverTime }', operationName: SECRET },
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password as the whole body',
      body: `"${SECRET}"`,
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    { what: 'a password that is not JSON', body: SECRET, hides: SECRET, answer: '400 BAD_REQUEST' },
    {
      what: 'a password as the hash of a document',
      json: { id: SECRET },
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a password as a token',
      query: '{ serverTime }',
      headers: { authorization: `Bearer ${SECRET}` },
      hides: SECRET,
      answer: '401 UNAUTHENTICATED',
    },
    {
      what: 'a password in a path',
      path: `/reset/${SECRET}`,
      hides: SECRET,
      answer: '404 NOT_FOUND',
    },
    {
      what: 'a password as a time-out',
      query: '{ serverTime }',
      headers: { 'x-request-timeout': SECRET },
      hides: SECRET,
      answer: '400 BAD_REQUEST',
    },
  ],

  'a name that meets the key of another document': [
    {
      what: 'a line break and a comment',
      json: { query: '{ serverTime }', operationName: '\n#' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a name with NUL',
      json: { query: '{ serverTime }', operationName: '\0' },
      answer: '400 BAD_REQUEST',
    },
  ],
};
