import { buildSchema, execute, parse, print, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { expandFragments } from './expand-fragments.ts';
import { overlappingFields } from './overlapping-fields.ts';
import { documentOf, selectOperation } from './selected-operation.ts';

const schema = buildSchema(`
  interface Node { id: ID! name(short: Boolean): String }
  type Book implements Node { id: ID! name(short: Boolean): String pages: Int next: Book }
  type Film implements Node { id: ID! name(short: Boolean): String minutes: Int }
  type Query { node: Node book: Book books: [Book!]! search: [Found!]! }
  union Found = Book | Film
`);
const book = { __typename: 'Book', id: 1, name: 'B', pages: 9, next: { id: 2, name: 'C', pages: 7 } };
const root = {
  node: book,
  book,
  books: [book, book],
  search: [book, { __typename: 'Film', id: 3, minutes: 4 }],
};
const expand = (source: string) => documentOf(expandFragments(selectOperation(parse(source), null)));
const short = (source: string) => print(expand(source)).replaceAll(/\s+/g, ' ');
const chain = (length: number) =>
  Array.from({ length }, (_, n) => `fragment F${n} on Book { ...F${n + 1} id name }`).join(' ') +
  ` fragment F${length} on Book { pages }`;

describe('an operation without its fragments', () => {
  it.each([
    ['a field that is repeated', `{ book { ${'id '.repeat(400)} } }`, '{ book { id } }'],
    ['an object that is repeated', '{ book { id } book { name id } }', '{ book { id name } }'],
    ['a chain of fragments', `{ book { ...F0 } } ${chain(60)}`, '{ book { ... on Book { pages id name } } }'],
    [
      'a fragment that is repeated',
      '{ node { ...A ...A } } fragment A on Film { id }',
      '{ node { ... on Film { id } } }',
    ],
    ['other arguments', '{ book { a: name(short: true) name } }', '{ book { a: name(short: true) name } }'],
    [
      'a directive',
      'query ($v: Boolean!) { book { id @skip(if: $v) id ...F @include(if: $v) } } fragment F on Book { id pages }',
      'query ($v: Boolean!) { book { id @skip(if: $v) id ... on Book @include(if: $v) { id pages } } }',
    ],
  ])('of %s has each selection once', (_what, source, expected) => {
    expect(short(source)).toBe(expected);
  });

  it.each([
    '{ search { ... on Film { minutes } ... on Book { id ...B pages } ... on Node { name id } } } fragment B on Book { next { id } next { name ...P } } fragment P on Book { pages }',
    '{ b: book { name } book { ...A id } book { pages next { id } } ...Q } fragment A on Node { id name } fragment Q on Query { books { id } book { next { name } } books { pages } }',
    '{ node { ... { id } ... on Node { name } ... on Book { ... on Node { id } pages } } }',
    '{ book { next { id } ... on Node { ... on Book { next { name } } } next { pages id } } }',
    '{ book { next @skip(if: false) { id } ...F next @skip(if: false) { pages ... on Node { name } } } } fragment F on Book { next { ... on Node { id name } } }',
    '{ node { ... on Book { pages } id ...B ... on Book { next { id } } } } fragment B on Book { next { name } name }',
  ])('has the same response, in the same order: %s', (source) => {
    expect(validate(schema, expand(source))).toEqual([]);
    const responseTo = (document: ReturnType<typeof parse>) =>
      JSON.stringify(execute({ schema, document, rootValue: root }));
    expect(responseTo(expand(source))).toBe(responseTo(parse(source)));
  });
});

it('that is kept in its order is no larger than what is different', () => {
  const turns = ['id', 'name', 'pages'].map((name) => `next @skip(if: false) { ${name} } next { ${name} }`);
  const once = short(`{ book { ${turns.join(' ')} } }`);
  expect(once.match(/next/g)).toHaveLength(6);
  expect(short(`{ book { ${turns.join(' ').repeat(20)} } }`)).toBe(once);
});

describe('fields of one response name', () => {
  const conflicts = (source: string) =>
    overlappingFields(schema, expandFragments(selectOperation(parse(source), null)));

  it.each([
    ['of other arguments', '{ book { name name(short: true) } }'],
    ['of other fields', '{ book { name ...F } } fragment F on Book { name: id }'],
    ['of other types in other objects', '{ search { ... on Book { x: pages } ... on Film { x: name } } }'],
    [
      'below fields that are merged',
      '{ book { next { id } ...F } } fragment F on Book { next { id: name } }',
    ],
  ])('%s conflict', (_what, source) => {
    expect(conflicts(source)).not.toEqual([]);
  });

  it('are compared no more often than a bound, and repeats of one field are not compared', () => {
    expect(conflicts(`{ ${'book { id name } '.repeat(300)} }`)).toEqual([]);
    const variants = Array.from({ length: 110 }, (_, n) => `book(n: ${n}) { id }`).join(' ');
    expect(() => conflicts(`{ ${variants} }`)).toThrow('the same response name too often');
  });
});
