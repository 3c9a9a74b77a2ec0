import { answered, type BadRequest } from './bad-request.ts';

const BUY = 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }';
const CREATE = 'mutation ($input: CreateProductInput!) { createProduct(input: $input) { __typename } }';
const LIST = 'query ($n: Int!) { products(first: $n) { totalCount } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
const SECRET = 'hunter2-secret';

export const badDocuments: Readonly<Record<string, readonly BadRequest[]>> = {
  'a document that is not GraphQL, or not for this schema': answered('400 BAD_REQUEST', [
    { what: 'a syntax error', query: '{ serverTime' },
    { what: 'NUL', query: '{ serverTime \0 }' },
    { what: 'half a character in an escape', query: '{ product(id: "\\uD83D") { id } }' },
    { what: 'no operation', query: 'fragment A on Product { id }' },
    { what: 'a schema', query: 'type Query { a: Int }' },
    { what: 'two operations and no name', query: 'query A { serverTime } query B { serverTime }' },
    {
      what: 'two operations of one name',
      json: { query: 'query A { serverTime } query A { serverTime }', operationName: 'A' },
    },
    { what: 'a name that no operation has', json: { query: 'query A { serverTime }', operationName: 'B' } },
    {
      what: 'a name that every object has',
      json: { query: 'query A { serverTime }', operationName: '__proto__' },
    },
    { what: 'a subscription', query: 'subscription { serverTime }' },
    { what: 'a field that there is not', query: '{ nothing }' },
    { what: 'a field that every object has', query: '{ __proto__ constructor toString }' },
    { what: 'an argument that there is not', query: '{ serverTime(zone: "UTC") }' },
    { what: 'a directive that there is not', query: '{ serverTime @cached }' },
    { what: 'an answer in parts', query: '{ ... @defer { serverTime } }' },
    { what: 'a fragment that there is not', query: '{ ...Nothing }' },
    { what: 'a fragment that contains itself', query: '{ ...A } fragment A on Query { serverTime ...A }' },
    {
      what: 'a field under the name of its type',
      query: '{ product(id: "1") { __typename: price { amount } } }',
    },
    {
      what: 'a field under a name that GraphQL keeps for itself',
      query: '{ product(id: "1") { __isNode: id } }',
    },
    { what: 'an object without its fields', query: '{ products }' },
    { what: 'federation machinery', query: '{ _service { sdl } }' },
    { what: 'entities by their keys', query: '{ _entities(representations: []) { __typename } }' },
    { what: 'introspection in production', to: 'production', query: '{ __schema { types { name } } }' },
    {
      what: 'a type by its name in production',
      to: 'production',
      query: '{ __type(name: "User") { name } }',
    },
    { what: 'a misspelt field in production', to: 'production', query: '{ serverTim }', hides: 'serverTime' },
  ]),

  'values that do not fit': answered('400 BAD_REQUEST', [
    { what: 'a variable that is missing', query: LIST },
    { what: 'a variable that was not declared', query: '{ products(first: $n) { totalCount } }' },
    { what: 'a number in a string', query: LIST, variables: { n: '1' } },
    { what: 'a fraction', query: LIST, variables: { n: 1.5 } },
    { what: 'a number above 32 bits', query: LIST, variables: { n: 2 ** 31 } },
    { what: 'a number above 32 bits, written out', query: '{ products(first: 99999999999) { totalCount } }' },
    { what: 'a number without end', body: `{"query":${JSON.stringify(LIST)},"variables":{"n":1e400}}` },
    {
      what: 'lists within lists for a number',
      body: `{"query":${JSON.stringify(LIST)},"variables":{"n":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    },
    {
      what: 'an id that is an object',
      query: 'query ($id: ID!) { product(id: $id) { id } }',
      variables: { id: { $ne: null } },
    },
    {
      what: 'an instant that is none',
      token: 'merchant',
      query: CREATE,
      variables: { input: { name: 'A', type: 'GENERAL', price: { amount: 1 }, opensAt: 'tomorrow' } },
      says: 'opensAt',
    },
    {
      what: 'an instant that is none, written out',
      token: 'merchant',
      query: CREATE.replace('($input: CreateProductInput!)', '').replace(
        '$input',
        '{ name: "A", type: GENERAL, price: { amount: 1 }, opensAt: "2026-02-30T00:00:00Z" }',
      ),
      says: 'instant',
    },
    {
      what: 'an enum value that there is not',
      query: 'query ($filter: ProductFilter) { products(filter: $filter) { totalCount } }',
      variables: { filter: { status: 'SOON' } },
    },
    {
      what: 'an input with more than it has',
      token: 'buyer',
      query: BUY,
      variables: { input: { productId: '1', idempotencyKey: 'k', price: 1 } },
    },
    {
      what: 'an input with a new prototype',
      token: 'buyer',
      body: `{"query":${JSON.stringify(BUY)},"variables":{"input":{"productId":"1","idempotencyKey":"k","__proto__":{"quantity":9}}}}`,
    },
    {
      what: 'another enum value in production',
      to: 'production',
      query: 'query ($o: ProductOrder!) { products(orderBy: $o) { totalCount } }',
      variables: { o: 'NEWES' },
      hides: 'NEWEST',
    },
  ]),

  'a secret where it does not belong': answered('400 BAD_REQUEST', [
    { what: 'a password for a number', query: LIST, variables: { n: SECRET }, says: '"$n"', hides: SECRET },
    {
      what: 'a password in an object',
      query: SIGN_IN,
      variables: { input: { email: 'jane@shop.example', password: { value: SECRET } } },
      says: 'input.password',
      hides: SECRET,
    },
    {
      what: 'a password as the name of a field',
      query: SIGN_IN,
      variables: { input: { email: 'jane@shop.example', [SECRET]: 'password' } },
      says: 'lacks "password"',
      hides: SECRET,
    },
    {
      what: 'an address beside a password that is missing',
      query: SIGN_IN,
      variables: { input: { email: 'jane@shop.example', password: null } },
      says: 'input.password',
      hides: 'jane@',
    },
    {
      what: 'a password for an enum',
      query: 'query ($o: ProductOrder!) { products(orderBy: $o) { totalCount } }',
      variables: { o: SECRET },
      says: 'ProductOrder',
      hides: SECRET,
    },
    {
      what: 'a password for an instant',
      token: 'merchant',
      query: CREATE,
      variables: { input: { name: 'A', type: 'GENERAL', price: { amount: 1 }, opensAt: SECRET } },
      says: 'instant',
      hides: SECRET,
    },
    {
      what: 'a password for a number, written out',
      query: `{ products(first: "${SECRET}") { totalCount } }`,
      says: 'Int',
      hides: SECRET,
    },
    {
      what: 'a password without its quotation marks',
      query: 'mutation { signIn(input: { email: "jane@shop.example", password: hunter2 }) { __typename } }',
      says: 'String!',
      hides: 'hunter2',
    },
    {
      what: 'a password with a quotation mark in it',
      query: 'mutation { signIn(input: { email: "a", password: "my" hunter2 "}) { __typename } }',
      says: 'Syntax Error',
      hides: 'hunter2',
    },
    {
      what: 'a password that is the default of a variable',
      query: `query ($n: Int = "${SECRET}") { products(first: $n) { totalCount } }`,
      hides: SECRET,
    },
    {
      what: 'a password for the argument of a directive',
      query: `{ serverTime @include(if: "${SECRET}") }`,
      hides: SECRET,
    },
    {
      what: 'a password as the name of the operation',
      json: { query: '{ serverTime }', operationName: SECRET },
      hides: SECRET,
    },
    { what: 'a password as the whole body', body: `"${SECRET}"`, hides: SECRET },
    { what: 'a password that is not JSON', body: SECRET, hides: SECRET },
    { what: 'a password as the hash of a document', json: { id: SECRET }, hides: SECRET },
    {
      what: 'a password as a token',
      query: '{ serverTime }',
      headers: { authorization: `Bearer ${SECRET}` },
      hides: SECRET,
      answer: '401 UNAUTHENTICATED',
    },
    { what: 'a password in a path', path: `/reset/${SECRET}`, hides: SECRET, answer: '404 NOT_FOUND' },
    {
      what: 'a password as a time-out',
      query: '{ serverTime }',
      headers: { 'x-request-timeout': SECRET },
      hides: SECRET,
    },
  ]),

  'a name that meets the key of another document': answered('400 BAD_REQUEST', [
    { what: 'a line break and a comment', json: { query: '{ serverTime }', operationName: '\n#' } },
    { what: 'a name with NUL', json: { query: '{ serverTime }', operationName: '\0' } },
  ]),
};
